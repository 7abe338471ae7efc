// Answers of the service read to wire records: shapes, kinds, raw numbers, and everything that must be refused with a position.
#include <chrono>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "api/endpoints.hpp"
#include "support/rounds.hpp"

using namespace moisson;

namespace {

bool mentions(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string repeat(std::string_view text, std::size_t count) {
    std::string result;
    for (std::size_t index = 0; index < count; ++index) {
        result += text;
    }
    return result;
}

const std::string one_document =
    R"({"id":"D1","filename":"bill.pdf","period":"202110","createdAt":"2021-08-18T09:07:47.372Z","updatedAt":"2021-08-19T09:07:47.372Z",)"
    R"("amount":1234.50,"currency":"EUR","documentType":"bills"})";

}  // namespace

TEST_CASE("a document's members arrive as the service wrote them") {
    // Else: an amount, date or name in the ledger differs from what Orange billed.
    const auto answer = api::decode_documents("[" + one_document + "]");
    REQUIRE(answer.has_value());
    REQUIRE(answer->documents.size() == 1);
    const wire::Document& document = answer->documents.front();
    CHECK(document.id == "D1");
    CHECK(document.filename == "bill.pdf");
    CHECK(document.period == "202110");
    CHECK(document.createdAt == "2021-08-18T09:07:47.372Z");
    CHECK(document.updatedAt == "2021-08-19T09:07:47.372Z");
    CHECK(document.amount == "1234.50");
    CHECK(document.amount_kind == wire::AmountKind::number);
    CHECK(document.currency == "EUR");
    CHECK(document.documentType == "bills");
    CHECK_FALSE(answer->is_null);
}

TEST_CASE("an amount keeps its source text and kind") {
    // Else: 12345678901234567.89 is booked as 12345678901234568, or 100.10 loses its scale.
    using enum wire::AmountKind;
    struct Case {
        std::string_view json;
        std::string_view text;
        wire::AmountKind kind;
    };
    const std::vector<Case> cases{
        {"0", "0", number},
        {"-0", "-0", number},
        {"100.10", "100.10", number},
        {"1e2", "1e2", number},
        {"1E-400", "1E-400", number},
        {"1e308", "1e308", number},
        {"12345678901234567.89", "12345678901234567.89", number},
        {"18446744073709551616", "18446744073709551616", number},
        {"-9223372036854775809", "-9223372036854775809", number},
        {"1e400", "1e400", number},
        {"-1E+400", "-1E+400", number},
        {"1e-99999", "1e-99999", number},
        {"1E+2", "1E+2", number},
        {"99999999999999999999999999999999999999.99", "99999999999999999999999999999999999999.99", number},
        {R"("1 234,56 €")", "1 234,56 €", string},
        {R"("")", "", string},
        {"null", "", null},
        {"true", "true", other},
        {R"({"value":5})", "", other},
        {"[5]", "", other},
    };
    for (const Case& each : cases) {
        CAPTURE(each.json);
        const auto answer = api::decode_documents(fmt::format(R"([{{"amount":{},"id":"x"}}])", each.json));
        REQUIRE(answer.has_value());
        CHECK(answer->documents.front().amount == each.text);
        CHECK(answer->documents.front().amount_kind == each.kind);
        CHECK(answer->documents.front().id == "x");
    }
}

TEST_CASE("members may be missing, null, numbers, or more than expected") {
    // Else: one odd document takes its whole contract out of the ledger.
    const auto answer = api::decode_documents(
        R"([{}, {"id":17,"filename":null,"period":202110,"currency":{"id":"no"},"extra":{"id":"inner","amount":9,"a":[{"id":"deep"}]}},)"
        R"({"id":"b","id":"b","period":null,"filename":true}])");
    REQUIRE(answer.has_value());
    REQUIRE(answer->documents.size() == 3);
    CHECK(answer->documents[0] == wire::Document{});
    CHECK(answer->documents[1].id == "17");
    CHECK_FALSE(answer->documents[1].filename.has_value());
    CHECK(answer->documents[1].period == "202110");
    CHECK_FALSE(answer->documents[1].currency.has_value());
    CHECK(answer->documents[1].amount_kind == wire::AmountKind::absent);
    CHECK(answer->documents[2].id == "b");
    CHECK_FALSE(answer->documents[2].period.has_value());
    CHECK(answer->documents[2].filename == "true");
}

TEST_CASE("texts are unescaped, with NUL, line ends and letters of every plane") {
    // Else: a hostile file name reaches the ledger changed, or cut at a NUL.
    const auto answer = api::decode_documents(R"([{"id":"a\u0000b","filename":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u202e","period":"é😀"}])");
    REQUIRE(answer.has_value());
    const wire::Document& document = answer->documents.front();
    CHECK(document.id == std::string("a\0b", 3));
    CHECK(document.filename == "\"\\/\b\f\n\r\té😀\u202e");
    CHECK(document.period == "é😀");
}

TEST_CASE("numbers of any length arrive as their text, each in its own place") {
    // Else: one absurd number makes valid JSON "not JSON", and the whole contract is missing.
    const std::string digits = repeat("7", 400);
    const auto answer = api::decode_documents(R"([{"x":)" + digits + R"(,"amount":)" + digits + ".25}," +
                                              R"({"id":"b","amount":1e400,"x":[-1e-400,)" +
                                              digits + R"(]},{"id":3,"amount":0}])");
    REQUIRE(answer.has_value());
    CHECK(answer->documents.at(0).amount == digits + ".25");
    CHECK(answer->documents.at(1).amount == "1e400");
    CHECK(answer->documents.at(2).amount == "0");
    CHECK(answer->documents.at(2).id == "3");
    CHECK(api::decode_token(R"({"access_token":"abc","expires_in":1e400})")->value == "abc");
}

TEST_CASE("what is no text is repaired, marked, and costs nothing else") {
    // Else: half an emoji in a member that nobody reads loses the list, or the run.
    struct Case {
        std::string text;      ///< between quotes
        std::string repaired;
    };
    const std::string lost = "\xEF\xBF\xBD";
    const std::vector<Case> cases{
        {R"(a\ud83d)", "a" + lost},
        {R"(\udc00z)", lost + "z"},
        {R"(\ude00\ud83d)", lost + lost},
        {R"(\ud83d\ud83d\ude00)", lost + "😀"},
        {R"(\ud83d\n)", lost + "\n"},
        {"caf\xE9", "café"},
        {"\x80 5 and more text", "€ 5 and more text"},
        {"\x81", lost},
        {"\xED\xA0\x80", "í\xC2\xA0€"},
        {"a\nb", "a" + lost + "b"},
        {std::string("a\0b", 3), "a" + lost + "b"},
        {R"(\q)", lost + "q"},
        {R"(\u12)", lost + "u12"},
    };
    for (const Case& each : cases) {
        CAPTURE(each.text);
        const auto answer = api::decode_documents(R"([{"id":"1","filename":")" + each.text + R"(","amount":5.10},{"id":"2","amount":1}])");
        REQUIRE(answer.has_value());
        CHECK(answer->documents.at(0).filename == each.repaired);
        CHECK(answer->documents.at(0).amount == "5.10");
        CHECK(answer->documents.at(0).repaired);
        CHECK_FALSE(answer->documents.at(1).repaired);
        // In a member that nobody reads, in a name, beside the list, in a contract, in a token.
        const auto unread = api::decode_documents(R"([{"id":"1"},{"id":"2","note":{"x":[")" + each.text + R"("]}}])");
        REQUIRE(unread.has_value());
        CHECK(unread->documents.at(1).repaired);
        CHECK_FALSE(unread->documents.at(0).repaired);
        CHECK(api::decode_documents(R"([{"id":"1",")" + each.text + R"(":0}])")->documents.at(0).repaired);
        const auto beside = api::decode_documents(R"({"note":")" + each.text + R"(","documents":[{"id":"1"}]})");
        REQUIRE(beside.has_value());
        CHECK(beside->repaired);
        CHECK_FALSE(beside->documents.at(0).repaired);
        CHECK(api::decode_contracts(R"([{"id":"a","contact":{"name":")" + each.text + R"("}}])")->contracts.at(0).repaired);
        CHECK(api::decode_contract(R"({"id":"a","name":")" + each.text + R"("})")->name == each.repaired);
        CHECK(api::decode_token("\xef\xbb\xbf{\"scope\":\"" + each.text + R"(","access_token":"abc"})")->value == "abc");
    }
    CHECK(api::decode_documents(std::string("[{\"id\":1}]\0\0", 12))->documents.size() == 1);
    CHECK_FALSE(api::decode_documents(R"([{"id":"é\ud83d\ude00\u0000"}])")->documents.at(0).repaired);
}

TEST_CASE("a member that stands twice with different values is empty, and says so") {
    // Else: of two amounts the last one is booked, without a word.
    const auto answer = api::decode_documents(
        R"([{"id":"1","amount":10,"amount":20,"period":"202610","currency":"EUR","currency":"EUR"},)"
        R"({"id":"1","id":"2","amount":5,"period":"202610","period":"202611","currency":null,"currency":"EUR"},)"
        R"({"id":"3","amount":10,"amount":"10","documentType":"bills","documentType":"invoices","documentType":"bills"},)"
        R"({"id":"4","filename":"a","filename":"a","amount":7,"amount":7,"x":1,"x":2}])");
    REQUIRE(answer.has_value());
    const auto& documents = answer->documents;
    CHECK(documents.at(0).contradicting == wire::member_amount);
    CHECK(documents.at(0).amount.empty());
    CHECK(documents.at(0).amount_kind == wire::AmountKind::absent);
    CHECK(documents.at(0).currency == "EUR");
    CHECK(documents.at(1).contradicting == (wire::member_id | wire::member_period | wire::member_currency));
    CHECK(documents.at(1).id.empty());
    CHECK_FALSE(documents.at(1).period.has_value());
    CHECK_FALSE(documents.at(1).currency.has_value());
    CHECK(documents.at(1).amount == "5");
    CHECK(documents.at(2).contradicting == (wire::member_amount | wire::member_document_type));
    CHECK_FALSE(documents.at(2).documentType.has_value());
    CHECK(documents.at(3).contradicting == 0);
    CHECK(documents.at(3).amount == "7");
    const auto contracts =
        api::decode_contracts(R"([{"id":"a","name":"x","name":"y"},{"id":"b","id":"b","offer":{"id":1},"offer":{"id":2}}])");
    REQUIRE(contracts.has_value());
    CHECK(contracts->contracts.at(0).contradicting);
    CHECK(contracts->contracts.at(0).name.empty());
    CHECK(contracts->contracts.at(1).contradicting);
    CHECK(contracts->contracts.at(1).id == "b");
    CHECK(contracts->contracts.at(1).offer_id.empty());
    CHECK_FALSE(api::decode_token(R"({"access_token":"abc","access_token":"abd"})").has_value());
    CHECK(api::decode_token(R"({"access_token":"abc","access_token":"abc"})")->value == "abc");
}

TEST_CASE("every accepted shape of a document list") {
    // Else: a list in a wrapper seen in the wild counts as no list at all.
    struct Case {
        std::string body;
        std::size_t count;
        bool is_null;
    };
    const std::vector<Case> cases{
        {"[]", 0, false},
        {" \t\r\n[ ] \n\n", 0, false},
        {"\xef\xbb\xbf[" + one_document + "]", 1, false},
        {R"({"documents":[)" + one_document + "," + one_document + "]}", 2, false},
        {R"({"total":2,"data":[)" + one_document + R"(],"next":{"documents":[1]}})", 1, false},
        {R"({"documents": null})", 0, true},
        {R"({"data":null})", 0, true},
        {R"({"documents":[]})", 0, false},
    };
    for (const Case& each : cases) {
        CAPTURE(each.body);
        const auto answer = api::decode_documents(each.body);
        REQUIRE(answer.has_value());
        CHECK(answer->documents.size() == each.count);
        CHECK(answer->is_null == each.is_null);
    }
}

TEST_CASE("what is no document list is refused, saying why and where") {
    // Else: an error page counts as an empty list and a whole contract is silently missing.
    struct Case {
        std::string body;
        std::string_view says;
    };
    const std::vector<Case> cases{
        {"", "empty"},
        {" \n ", "empty"},
        {"<html><body>502</body></html>", "HTML"},
        {"\n <!DOCTYPE html>", "at byte 2"},
        {"null", "null where a list is due"},
        {"\"text\"", "a string where a list is due"},
        {"12", "a number where a list is due"},
        {"true", "a boolean where a list is due"},
        {"{}", "without \"documents\""},
        {R"({"items":[]})", "without \"documents\""},
        {R"({"documents":{}})", "is an object, not a list"},
        {R"({"documents":"none"})", "is a string, not a list"},
        {R"({"documents":[],"data":[]})", "twice"},
        {R"({"documents":null,"documents":[]})", "twice"},
        {R"([{"id":"1"},null])", "item 2 of the list is null"},
        {"[1]", "item 1 of the list is a number"},
        {"[[]]", "item 1 of the list is a list"},
        {R"([{"id":"1"})", "not JSON"},
        {R"([{"id":"1"}] x)", "at byte 13"},
        {R"([{"id":"1"}][])", "not JSON"},
        {R"([{"id":"1",}])", "not JSON"},
        {R"([{'id':1}])", "not JSON"},
        {R"([{"amount":01}])", "not JSON"},
        {R"([{"amount":1.}])", "not JSON"},
        {R"([{"amount":NaN}])", "not JSON"},
        {R"([{"amount":1e400.5}])", "not JSON"},
        {"[{\"amount\":" + repeat("9", 400) + "x}]", "not JSON"},
        {"[{\"id\":1,\xff}]", "not JSON"},
        {"\xff\xfe[\0]\0", "not JSON"},
        {std::string("[]\0[{\"id\":1}]", 13), "not JSON"},
        {std::string("[{\"amount\":1\0002}]", 16), "not JSON"},
    };
    for (const Case& each : cases) {
        CAPTURE(each.body);
        const auto answer = api::decode_documents(each.body);
        REQUIRE_FALSE(answer.has_value());
        CHECK(answer.error().code == ErrorCode::bad_answer);
        CHECK(answer.error().retry == Retry::never);
        CAPTURE(answer.error().message.english());
        CHECK(mentions(answer.error().message.english(), each.says));
    }
}

TEST_CASE("an error object that came with 200 keeps its code") {
    // Else: support is asked without the code that tells what happened.
    struct Case {
        std::string_view body;
        int code;
    };
    for (const Case& each : std::vector<Case>{{R"({"code":53,"message":"Too many requests","description":"spike arrest limit"})", 53},
                                              {R"({"code":"53","message":"m"})", 53},
                                              {R"({"documents":null,"code":50})", 50},
                                              {R"({"error":"invalid_request","error_description":"no"})", 0}}) {
        CAPTURE(each.body);
        const auto answer = api::decode_documents(std::string(each.body));
        REQUIRE_FALSE(answer.has_value());
        CHECK(answer.error().code == ErrorCode::bad_answer);
        CHECK(answer.error().gateway_code == each.code);
        CHECK(mentions(answer.error().message.english(), "error object"));
    }
    const auto contract = api::decode_contract(R"({"code":60,"message":"Resource not found"})");
    REQUIRE_FALSE(contract.has_value());
    CHECK(contract.error().gateway_code == 60);
    CHECK(contract.error().cause == "Resource not found");
}

TEST_CASE("depth up to 64 is read, 100,000 is an error and no crash") {
    // Else: one hostile answer ends the whole run.
    const auto nested = [](std::size_t depth) { return R"([{"id":"1","x":)" + repeat("[", depth - 2) + repeat("]", depth - 2) + "}]"; };
    CHECK(api::decode_documents(nested(64)).has_value());
    for (const std::string& body :
         {nested(65), nested(100'000), repeat("[", 100'000), repeat("{\"a\":", 1'000'000), repeat("[{\"documents\":", 100'000)}) {
        const auto answer = api::decode_documents(body);
        REQUIRE_FALSE(answer.has_value());
        CHECK(answer.error().code == ErrorCode::bad_answer);
    }
    CHECK(mentions(api::decode_documents(nested(65)).error().message.english(), "nested deeper than 64 (at byte "));
    CHECK_FALSE(api::decode_contract(repeat("{\"a\":", 100'000)).has_value());
    CHECK_FALSE(api::decode_contracts(repeat("[", 100'000)).has_value());
    CHECK_FALSE(api::decode_token(repeat("[", 100'000)).has_value());
}

TEST_CASE("an answer cut at any byte is an error") {
    // Else: a list cut by the network counts as a shorter, whole list.
    const std::string whole = R"({"documents":[)" + one_document + "," + one_document + "]}";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        CHECK_FALSE(api::decode_documents(whole.substr(0, size)).has_value());
        CHECK_FALSE(api::decode_contracts(fmt::format("[{}", whole.substr(0, size))).has_value());
    }
}

TEST_CASE("random damage never crashes and never yields text that is not UTF-8") {
    // Else: hostile bytes end the run or break the workbook.
    const std::uint32_t seed = 20261122;
    CAPTURE(seed);
    std::mt19937 random(seed);
    const std::string whole = "[" + one_document + R"(,{"id":"é\u00e9\ud83d\ude00","amount":1}])";
    for (int round = 0; round < test::rounds(10'000); ++round) {
        std::string body = whole;
        for (unsigned change = 0; change < 1U + random() % 3U; ++change) {
            const std::size_t at = random() % body.size();
            if (random() % 3U == 0) {
                body.erase(at, 1U + random() % 5U);
            } else {
                body[at] = static_cast<char>(random() % 256U);
            }
            if (body.empty()) {
                break;
            }
        }
        const auto answer = api::decode_documents(body);
        if (answer) {
            for (const wire::Document& document : answer->documents) {
                CHECK(sanitise(document.id, 1000).find("\\xed") == std::string::npos);
            }
        } else {
            CHECK_FALSE(answer.error().message.empty());
        }
    }
}

TEST_CASE("contracts come from a bare list or a wrapper, with their nested names") {
    // Else: offer and customer columns are empty, or the perimeter looks empty.
    const std::string item =
        R"({"id":"OCB0001234","name":"Prod","contractType":"x","offer":{"id":"FE","name":"Flexible Engine","more":{"name":"no"}},)"
        R"("platformId":"p-1","customer":{"id":42,"name":"ACME","segment":"int"},"contact":{"name":"J. Doe","id":"no"}})";
    for (const std::string& body : {"[" + item + "]", R"({"contracts":[)" + item + "]}", R"({"data":[)" + item + "]}"}) {
        CAPTURE(body);
        const auto contracts = api::decode_contracts(body);
        REQUIRE(contracts.has_value());
        REQUIRE(contracts->contracts.size() == 1);
        const wire::Contract& contract = contracts->contracts.front();
        CHECK(contract.id == "OCB0001234");
        CHECK(contract.name == "Prod");
        CHECK(contract.offer_id == "FE");
        CHECK(contract.offer_name == "Flexible Engine");
        CHECK(contract.customer_id == "42");
        CHECK(contract.customer_name == "ACME");
        CHECK(contract.platformId == "p-1");
    }
    const auto detail = api::decode_contract("\n" + item + "\n");
    REQUIRE(detail.has_value());
    CHECK(detail->offer_name == "Flexible Engine");
    CHECK(detail->customer_id == "42");

    const auto bare = api::decode_contracts(R"([{"id":"a","offer":null,"customer":"text","platformId":null},{"name":"b"}])");
    REQUIRE(bare.has_value());
    CHECK(bare->contracts.at(0).offer_name.empty());
    CHECK(bare->contracts.at(0).customer_name.empty());
    CHECK(bare->contracts.at(1).id.empty());
    for (const std::string_view body : {R"({"contracts":null})", "{}", "null", R"([null])", R"({"code":41,"message":"no"})", "[", ""}) {
        CAPTURE(body);
        CHECK_FALSE(api::decode_contracts(std::string(body)).has_value());
    }
    for (const std::string_view body : {"[]", "null", "3", "", "<html>", R"({"id":"a"} {})"}) {
        CAPTURE(body);
        CHECK_FALSE(api::decode_contract(std::string(body)).has_value());
    }
}

TEST_CASE("a token answer in every recorded form") {
    // Else: the first call of every run fails, or a token's life is taken wrong.
    using std::chrono::seconds;
    struct Case {
        std::string_view body;
        std::string_view value;
        std::optional<seconds> lifetime;
    };
    const std::vector<Case> cases{
        {R"({"token_type":"Bearer","access_token":"abc","expires_in":3600})", "abc", seconds(3600)},
        {"\n{ \"token_type\": \"Bearer\", \"access_token\": \"abc\", \"expires_in\": 3600 }\n   ", "abc", seconds(3600)},
        {R"({"access_token":"abc","expires_in":"7776000"})", "abc", seconds(7776000)},
        {R"({"access_token":"abc","token_type":"bearer","scope":"ope:x:v1:access"})", "abc", std::nullopt},
        {R"({"access_token":"abc","expires_in":0})", "abc", std::nullopt},
        {R"({"access_token":"abc","expires_in":-5})", "abc", std::nullopt},
        {R"({"access_token":"abc","expires_in":"soon"})", "abc", std::nullopt},
        {R"({"access_token":"abc","expires_in":3600.0})", "abc", seconds(3600)},
        {R"({"access_token":"abc","expires_in":99999999999999999999999})", "abc", seconds(10LL * 366 * 24 * 3600)},
        {R"({"access_token":"a.b-c_d~e+/=","expires_in":null})", "a.b-c_d~e+/=", std::nullopt},
    };
    for (const Case& each : cases) {
        CAPTURE(each.body);
        const auto token = api::decode_token(each.body);
        REQUIRE(token.has_value());
        CHECK(token->value == each.value);
        CHECK(token->lifetime == each.lifetime);
    }
    for (const std::string_view body :
         {"", "<html>", "[]", "{}", R"({"access_token":""})", R"({"access_token":null})", R"({"access_token":"sec ret"})",
          R"({"access_token":"secret\r\nX: y"})", R"({"access_token":"secret","token_type":"MAC"})"}) {
        CAPTURE(body);
        const auto token = api::decode_token(body);
        REQUIRE_FALSE(token.has_value());
        CHECK(token.error().code == ErrorCode::bad_answer);
        CHECK_FALSE(mentions(token.error().to_line(), "ret"));
    }
}
