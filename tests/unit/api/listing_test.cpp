// A contract's document list proven whole, against a simulated service with caps, defaults, roles, faults and moving data.
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "api/listing.hpp"
#include "domain/document_type.hpp"
#include "support/rounds.hpp"

using namespace moisson;

namespace {

using api::ContractListing;
using api::ListingOptions;
using api::ListingResult;
using api::ListingVerdict;

wire::Document make_document(std::string id, std::string_view type) {
    wire::Document document;
    document.id = std::move(id);
    document.documentType = std::string(type);
    return document;
}

Error make_error(ErrorCode code) {
    Error error;
    error.code = code;
    error.message = fmt::format("{} happened", to_text(code));
    return error;
}

/// The service as it is known, with every way in which it may be less than known.
struct Service {
    std::vector<wire::Document> documents;        ///< newest first
    std::uint64_t cap = 1'000'000'000;            ///< most documents in one answer, whatever the limit
    std::uint64_t cap_of_types = 1'000'000'000;   ///< … in an answer for one type
    std::string mixed_means;                      ///< what `documentType=` is taken for; empty: all types
    std::set<std::string, std::less<>> null_for;  ///< types answered with {"documents": null}; "" is the mixed list
    std::map<std::string, Error, std::less<>> errors_for;
    bool ignores_type = false;
    bool ignores_limit = false;
    std::function<void(Service&, std::size_t)> before_question;  ///< with the number of the question, from 1
    std::vector<ContractListing::Question> asked;

    Result<wire::DocumentsAnswer> ask(const ContractListing::Question& question) {
        asked.push_back(question);
        if (before_question) {
            before_question(*this, asked.size());
        }
        if (const auto found = errors_for.find(question.document_type); found != errors_for.end()) {
            return fail(found->second);
        }
        wire::DocumentsAnswer answer;
        answer.is_null = null_for.contains(question.document_type);
        if (answer.is_null) {
            return answer;
        }
        const std::string& type = question.document_type.empty() ? mixed_means : question.document_type;
        std::uint64_t most = question.document_type.empty() ? cap : std::min(cap, cap_of_types);
        most = ignores_limit ? most : std::min(most, question.limit);
        for (const wire::Document& document : documents) {
            if (answer.documents.size() == most) {
                break;
            }
            if (type.empty() || ignores_type || document.documentType == type) {
                answer.documents.push_back(document);
            }
        }
        return answer;
    }

    void add(std::string_view type, std::size_t count) {
        for (std::size_t index = 0; index < count; ++index) {
            documents.push_back(make_document(fmt::format("{}-{}", type, documents.size()), type));
            // Types stand mixed, as they do in time.
            std::swap(documents.back(), documents[index * 7919 % documents.size()]);
        }
    }
    ListingResult list(ListingOptions options = {}) {
        ContractListing listing(std::move(options));
        asked.clear();
        while (const auto question = listing.next()) {
            REQUIRE_MESSAGE(asked.size() < 100, "a listing must end");
            const auto same = listing.next();
            REQUIRE(same.has_value());
            CHECK(same->document_type == question->document_type);
            if (auto answer = ask(*question)) {
                listing.answer(std::move(*answer));
            } else {
                listing.failed(answer.error());
            }
        }
        return listing.take_result();
    }
    [[nodiscard]] std::multiset<std::string> ids() const {
        std::multiset<std::string> all;
        for (const wire::Document& document : documents) {
            all.insert(document.id);
        }
        return all;
    }
};

std::multiset<std::string> ids_of(const ListingResult& result) {
    std::multiset<std::string> all;
    for (const wire::Document& document : result.documents) {
        all.insert(document.id);
    }
    return all;
}

/// Some of every type.
Service make_service(std::size_t of_each = 6) {
    Service service;
    for (const std::string_view type : document_type_names) {
        service.add(type, of_each);
    }
    return service;
}

std::string_view to_text(ListingVerdict verdict) {
    switch (verdict) {
        case ListingVerdict::complete: return "complete";
        case ListingVerdict::capped: return "capped";
        case ListingVerdict::forbidden: return "forbidden";
        case ListingVerdict::failed: return "failed";
        case ListingVerdict::unknown_answer: return "unknown_answer";
    }
    return "?";
}

ListingOptions trusted(const Service& service) {
    ListingOptions options;
    options.mixed_list_trusted = true;
    options.compared_count = service.documents.size();
    options.documents_last = service.documents.size();
    for (const wire::Document& document : service.documents) {
        options.known_ids.push_back(document.id);
    }
    return options;
}

}  // namespace

TEST_CASE("a document that went away is asked after once, not in every run; one more that goes is asked after again") {
    // Else: every run asks each such contract seven times, or a list that begins to be cut is believed.
    Service service = make_service();
    ListingOptions options = trusted(service);
    options.known_ids.emplace_back("gone for long");
    CHECK(service.list(options).compared_with_types);
    options.missing_last = 1;
    CHECK_FALSE(service.list(options).compared_with_types);
    options.known_ids.emplace_back("gone now");
    CHECK(service.list(options).compared_with_types);
}

TEST_CASE("the first run compares the mixed list with the six types, a later one asks once") {
    // Else: a service whose mixed list is short is believed, or every run asks seven times.
    Service service = make_service();
    const ListingResult first = service.list();
    CHECK(to_text(first.verdict) == "complete");
    CHECK(first.compared_with_types);
    CHECK(first.types_agreed);
    CHECK_FALSE(first.type_by_type);
    CHECK(first.reason.empty());
    CHECK(ids_of(first) == service.ids());
    REQUIRE(service.asked.size() == 7);
    CHECK(service.asked[0].document_type.empty());
    CHECK(service.asked[0].limit == 1000);
    CHECK(service.asked[1].document_type == "invoices");
    CHECK(service.asked[6].document_type == "comsumptionRatedReports");

    CHECK(first.proof == api::ListingProof::types);

    // It grew, and the service has given longer lists: no cap of its own cut it.
    ListingOptions options = trusted(service);
    service.add("bills", 1);
    api::ListSizes sizes;
    sizes.note_mixed(service.documents.size() + 1);
    options.sizes = &sizes;
    const ListingResult second = service.list(options);
    CHECK(to_text(second.verdict) == "complete");
    CHECK_FALSE(second.compared_with_types);
    CHECK_FALSE(second.type_by_type);
    CHECK(ids_of(second) == service.ids());
    CHECK(service.asked.size() == 1);
}

TEST_CASE("the limit grows until fewer came than asked, and starts above the last run's length") {
    // Else: exactly the first thousand documents are exported and the rest is silently missing.
    Service service = make_service(700);
    ListingResult result = service.list();
    CHECK(to_text(result.verdict) == "complete");
    CHECK(ids_of(result).size() == 4200);
    REQUIRE(service.asked.size() == 9);
    CHECK(service.asked[1].limit == 4000);
    CHECK(service.asked[2].limit == 16000);
    CHECK(service.list(trusted(service)).documents.size() == 4200);
    REQUIRE(service.asked.size() == 1);
    CHECK(service.asked[0].limit == 6400);

    for (const std::size_t count : {0U, 1U, 9U, 10U, 11U, 999U, 1000U, 1001U, 4000U}) {
        CAPTURE(count);
        Service each;
        each.add("bills", count);
        each.add("invoices", 1);
        ListingOptions options;
        options.limit_first = 10;
        result = each.list(options);
        CHECK(to_text(result.verdict) == "complete");
        CHECK(ids_of(result) == each.ids());
    }
}

TEST_CASE("a list that still fills the highest limit is capped") {
    // Else: the run says complete although the service had more to give.
    Service service = make_service(700);
    ListingOptions options;
    options.limit_max = 2000;
    const ListingResult result = service.list(options);
    CHECK(to_text(result.verdict) == "capped");
    CHECK(result.documents.size() == 2000);
    CHECK(result.reason.english().find("2000") != std::string::npos);
    CHECK_FALSE(result.types_agreed);
}

TEST_CASE("a service that ignores the limit is asked once more and then believed") {
    // Else: a service without paging never comes to an end, or its whole list is refused.
    Service service = make_service(700);
    service.ignores_limit = true;
    const ListingResult result = service.list();
    CHECK(to_text(result.verdict) == "complete");
    CHECK(ids_of(result) == service.ids());
}

TEST_CASE("a hidden cap of the mixed list is found by the types") {
    // Else: the documents beyond the service's own page size never reach the ledger.
    for (const std::uint64_t cap : {10U, 100U, 117U}) {
        CAPTURE(cap);
        Service service;
        service.add("invoices", cap / 2);
        service.add("bills", cap - 1);
        service.add("reports", cap / 2 + 1);
        service.cap = cap;
        const ListingResult result = service.list();
        CHECK(to_text(result.verdict) == "complete");
        CHECK(result.compared_with_types);
        CHECK_FALSE(result.types_agreed);
        CHECK(result.type_by_type);
        CHECK(ids_of(result) == service.ids());
        CHECK(service.asked.size() == 8);
    }
}

TEST_CASE("a hidden cap that a single type reaches too is capped") {
    // Else: the ledger says complete while the service cut one type's list.
    for (const std::uint64_t cap : {10U, 100U, 117U}) {
        CAPTURE(cap);
        Service service;
        service.add("invoices", cap * 2);
        service.add("bills", cap / 2);
        service.cap = cap;
        const ListingResult result = service.list();
        CHECK(to_text(result.verdict) == "capped");
        CHECK(result.type_by_type);
        CHECK(result.reason.english().find("invoices") != std::string::npos);
        CHECK(result.documents.size() >= cap);
    }
}

TEST_CASE("a mixed list that is only the service's default type is completed by the types") {
    // Else: only usage reports are exported (api-facts: no usable parameter gives reports) and the invoices are missing.
    Service service = make_service(13);
    service.mixed_means = "reports";
    for (std::size_t index = 0; index < service.documents.size(); ++index) {
        service.documents[index].createdAt = fmt::format("20{}-08-18T09:07:47.372Z", 99 - index);
    }
    const ListingResult result = service.list();
    CHECK(to_text(result.verdict) == "complete");
    CHECK(result.type_by_type);
    CHECK(ids_of(result) == service.ids());

    // Without instants, or with the documented default of ten, a cut cannot be told from the default type: the safe verdict.
    Service undated = make_service(13);
    undated.mixed_means = "reports";
    CHECK(to_text(undated.list().verdict) == "capped");
    Service ten = service;
    ten.cap = 10;
    CHECK(to_text(ten.list().verdict) == "capped");
}

TEST_CASE("a service that ignores the type agrees with itself") {
    // Else: every document stands six times in the ledger.
    Service service = make_service(4);
    service.ignores_type = true;
    const ListingResult result = service.list();
    CHECK(to_text(result.verdict) == "complete");
    CHECK(result.types_agreed);
    CHECK(ids_of(result) == service.ids());
}

TEST_CASE("types that a role may not see are noted, not failed") {
    // Else: a visitor's export never completes, or nobody learns that invoices are hidden from it.
    Service service;
    service.add("partialBills", 3);
    service.null_for = {"invoices", "bills"};
    const ListingResult result = service.list();
    CHECK(to_text(result.verdict) == "complete");
    CHECK(result.types_agreed);
    CHECK(result.null_types == std::vector<std::string>{"invoices", "bills"});
    CHECK(ids_of(result) == service.ids());
}

TEST_CASE("a document of a type that nobody knows yet is kept, and the mixed list stays trusted") {
    // Else: Orange adds a type and every contract costs seven requests a month, or the document is lost.
    Service service = make_service(3);
    service.add("creditNotes", 2);
    service.documents.push_back(make_document("untyped", "x"));
    service.documents.back().documentType.reset();
    const ListingResult result = service.list();
    CHECK(to_text(result.verdict) == "complete");
    CHECK(result.types_agreed);
    CHECK(ids_of(result) == service.ids());
}

TEST_CASE("a type's list that lacks what the mixed list has is not agreement") {
    // Else: an inconsistent service is trusted for ever after.
    Service service = make_service(3);
    service.null_for = {"bills"};
    const ListingResult result = service.list();
    CHECK(to_text(result.verdict) == "unknown_answer");
    CHECK(result.reason.english().find("bills") != std::string::npos);
    CHECK_FALSE(result.types_agreed);
    CHECK(result.type_by_type);
    CHECK(ids_of(result) == service.ids());
}

TEST_CASE("null for a type proves nothing when the mixed list is cut") {
    // Else: older documents of that type are lost without a word, in a contract that is called complete.
    for (const std::string_view type : document_type_names) {
        CAPTURE(type);
        Service service = make_service(4);
        service.cap = 10;
        service.null_for = {std::string(type)};
        CHECK(to_text(service.list().verdict) == "unknown_answer");
    }
    // One type fills the mixed list, and all others are in it.
    Service service;
    service.add("bills", 1);
    service.add("reports", 40);
    service.cap = 10;
    service.null_for = {"reports"};
    CHECK(to_text(service.list().verdict) == "unknown_answer");
}

TEST_CASE("a trusted list that misses known documents is compared again") {
    // Else: the service begins to cut its lists and last year's invoices vanish without a word.
    Service service;
    service.add("invoices", 60);
    service.add("bills", 60);
    const ListingOptions options = trusted(service);
    service.cap = 100;
    ListingResult result = service.list(options);
    CHECK(to_text(result.verdict) == "complete");
    CHECK(result.compared_with_types);
    CHECK_FALSE(result.types_agreed);
    CHECK(ids_of(result) == service.ids());

    // Really gone: the types agree, and the trust stays.
    service.cap = 1'000'000;
    service.documents.erase(service.documents.begin());
    result = service.list(options);
    CHECK(to_text(result.verdict) == "complete");
    CHECK(result.compared_with_types);
    CHECK(result.types_agreed);
    CHECK(ids_of(result) == service.ids());
}

TEST_CASE("a document that appears between two questions is no disagreement") {
    // Else: a run at the moment of billing distrusts the contract's list for ever.
    Service service = make_service(5);
    service.before_question = [](Service& self, std::size_t question) {
        if (question == 3) {
            self.add("reports", 1);
        }
    };
    const ListingResult result = service.list();
    CHECK(to_text(result.verdict) == "complete");
    CHECK(result.types_agreed);
    CHECK_FALSE(result.type_by_type);
    CHECK(ids_of(result) == service.ids());
    CHECK(service.asked.size() == 8);
}

TEST_CASE("refusals of a whole contract are forbidden, other failures failed, after one question") {
    // Else: one contract without rights counts as a broken service, or the reverse.
    struct Case {
        ErrorCode code;
        ListingVerdict verdict;
    };
    for (const Case& each : std::vector<Case>{{ErrorCode::forbidden, ListingVerdict::forbidden},
                                              {ErrorCode::credentials, ListingVerdict::forbidden},
                                              {ErrorCode::not_found, ListingVerdict::forbidden},
                                              {ErrorCode::server_error, ListingVerdict::failed},
                                              {ErrorCode::throttled, ListingVerdict::failed},
                                              {ErrorCode::quota_spent, ListingVerdict::failed},
                                              {ErrorCode::too_large, ListingVerdict::failed},
                                              {ErrorCode::timeout, ListingVerdict::failed},
                                              {ErrorCode::cancelled, ListingVerdict::failed}}) {
        Service service = make_service();
        service.errors_for[""] = make_error(each.code);
        const ListingResult result = service.list();
        CAPTURE(moisson::to_text(each.code));
        CHECK(to_text(result.verdict) == to_text(each.verdict));
        CHECK(result.error.code == each.code);
        CHECK_FALSE(result.reason.empty());
        CHECK(result.documents.empty());
        CHECK(service.asked.size() == 1);
    }
}

TEST_CASE("a mixed list that is none is unknown, but what the types give is kept") {
    // Else: an answer of null counts as 'no documents', or documents that could be had are lost.
    for (const bool is_null : {true, false}) {
        CAPTURE(is_null);
        Service service = make_service(3);
        if (is_null) {
            service.null_for = {""};
        } else {
            service.errors_for[""] = make_error(ErrorCode::bad_answer);
        }
        ListingResult result = service.list(trusted(service));
        CHECK(to_text(result.verdict) == "unknown_answer");
        CHECK(result.type_by_type);
        CHECK_FALSE(result.types_agreed);
        CHECK(ids_of(result) == service.ids());
        CHECK(result.error.code == (is_null ? ErrorCode::internal : ErrorCode::bad_answer));

        for (const std::string_view type : document_type_names) {
            service.null_for.emplace(type);
        }
        result = service.list();
        CHECK(to_text(result.verdict) == "unknown_answer");
        CHECK(result.documents.empty());
        CHECK(result.null_types.size() == 6);
    }
}

TEST_CASE("a type that cannot be had gives its verdict, and everything else is kept") {
    // Else: one broken type costs the contract's invoices, or is passed over in silence.
    struct Case {
        ErrorCode code;
        ListingVerdict verdict;
        std::size_t questions;
    };
    for (const Case& each : std::vector<Case>{{ErrorCode::server_error, ListingVerdict::failed, 7},
                                              {ErrorCode::forbidden, ListingVerdict::forbidden, 7},
                                              {ErrorCode::bad_answer, ListingVerdict::unknown_answer, 7},
                                              {ErrorCode::cancelled, ListingVerdict::failed, 3},
                                              {ErrorCode::quota_spent, ListingVerdict::failed, 3}}) {
        Service service = make_service();
        service.errors_for["bills"] = make_error(each.code);
        const ListingResult result = service.list();
        CAPTURE(moisson::to_text(each.code));
        CHECK(to_text(result.verdict) == to_text(each.verdict));
        CHECK(result.error.code == each.code);
        CHECK(result.reason.english().find("type bills") != std::string::npos);
        CHECK_FALSE(result.types_agreed);
        CHECK(ids_of(result) == service.ids());
        CHECK(service.asked.size() == each.questions);
    }
    // The gravest of several is the verdict; every reason is said.
    Service service = make_service();
    service.errors_for["bills"] = make_error(ErrorCode::bad_answer);
    service.errors_for["reports"] = make_error(ErrorCode::timeout);
    service.errors_for["partialBills"] = make_error(ErrorCode::forbidden);
    const ListingResult result = service.list();
    CHECK(to_text(result.verdict) == "failed");
    CHECK(result.error.code == ErrorCode::timeout);
    CHECK(result.reason == "type bills: bad-answer happened; type reports: timeout happened; type partialBills: forbidden happened");
}

TEST_CASE("duplicates and documents without an id survive") {
    // Else: a second bill under one id, or one without an id, is dropped without a word.
    Service service = make_service(2);
    service.documents.push_back(service.documents.front());
    service.documents.push_back(make_document("", "bills"));
    service.documents.push_back(make_document("", "invoices"));
    ListingResult result = service.list();
    CHECK(to_text(result.verdict) == "complete");
    CHECK(ids_of(result) == service.ids());

    // The same, but only the types show them: the mixed list is cut.
    Service cut;
    cut.add("reports", 5);
    cut.documents.push_back(make_document("", "bills"));
    cut.documents.push_back(make_document("", "invoices"));
    cut.documents.push_back(make_document("same", "invoices"));
    cut.documents.push_back(make_document("same", "bills"));
    cut.documents.push_back(make_document("same", "reports"));
    cut.cap = 7;
    result = cut.list();
    CHECK(ids_of(result) == cut.ids());
}

TEST_CASE("tens of thousands of documents under one id, or none, are compared in time") {
    // Else: one hostile answer holds the night's run for hours.
    for (const std::string_view id : {"", "same"}) {
        Service service;
        for (int index = 0; index < 40'000; ++index) {
            service.documents.push_back(make_document(std::string(id), fmt::format("type-{}", index)));
            service.documents.back().filename = fmt::format("{}.pdf", index);
        }
        service.ignores_type = true;
        service.cap = service.documents.size();
        const ListingResult result = service.list();
        CHECK(to_text(result.verdict) == "complete");
        CHECK(result.documents.size() == 40'000);
    }
}

TEST_CASE("a trusted list that outgrew its comparison is compared again, unless the service gave longer ones") {
    // Else: a list that reaches the service's cap between two runs loses all that comes after.
    Service service;
    service.add("invoices", 40);
    service.add("bills", 30);
    const ListingOptions options = trusted(service);
    service.add("invoices", 9);
    service.add("bills", 9);
    service.cap = 75;
    ListingResult result = service.list(options);
    CHECK(result.compared_with_types);
    CHECK(ids_of(result) == service.ids());
    // Within the comparison's length there is nothing to compare.
    service.documents.resize(70);
    ListingOptions same = trusted(service);
    CHECK_FALSE(service.list(same).compared_with_types);
}

TEST_CASE("one type alone proves nothing, whatever the length") {
    // Else: a cap at 30, 60 or 75 passes for the end of the list because it is no round number.
    for (const std::size_t count : {10U, 30U, 36U, 60U, 75U, 99U, 250U, 300U}) {
        CAPTURE(count);
        Service service;
        service.add("reports", count);
        ListingResult result = service.list();
        CHECK(to_text(result.verdict) == "complete");
        CHECK(result.proof == api::ListingProof::none);
        CHECK(result.mixed_count == count);
        REQUIRE(service.asked.size() == 8);
        CHECK(service.asked[7].limit == count + 1);  // once more, with another limit
        CHECK(service.list(trusted(service)).proof == api::ListingProof::none);
        CHECK(service.asked.size() == 1);
        service.add("bills", 1);
        CHECK(service.list().proof == api::ListingProof::types);
    }
    Service few;
    few.add("reports", 9);
    CHECK(few.list().proof == api::ListingProof::none);
    CHECK(few.asked.size() == 7);
    api::ListSizes sizes;
    CHECK(sizes.is_mixed_whole(9));
    CHECK_FALSE(sizes.is_mixed_whole(10));
    sizes.note_type(50);
    CHECK_FALSE(sizes.is_mixed_whole(10));
    CHECK(sizes.is_type_whole(49));
    sizes.note_mixed(50);
    CHECK(sizes.is_mixed_whole(49));
    CHECK_FALSE(sizes.is_mixed_whole(50));
}

TEST_CASE("a list that is longer when few are asked for is capped") {
    // Else: a service that takes a limit above its own for none shows its default of ten, and calls it all.
    Service service;
    service.add("bills", 40);
    service.before_question = [](Service& self, std::size_t number) { self.cap = number < 8 ? 10U : 1'000'000U; };
    const ListingResult result = service.list();
    CHECK(to_text(result.verdict) == "capped");
    CHECK(ids_of(result) == service.ids());
}

namespace {

/// A service that gives its lists in pages, and says so in some way.
struct Pages {
    std::vector<wire::Document> documents;
    std::size_t page_size = 30;
    std::function<void(wire::Paging&, std::size_t page, std::size_t pages)> say;
    std::size_t asked = 0;

    ListingResult list(ListingOptions options = {}) {
        ContractListing listing(std::move(options));
        while (const auto question = listing.next()) {
            REQUIRE(++asked < 200);
            std::vector<wire::Document> all;
            for (const wire::Document& document : documents) {
                if (question->document_type.empty() || document.documentType == question->document_type) {
                    all.push_back(document);
                }
            }
            const std::size_t page = question->page.empty() ? 0 : std::stoul(question->page);
            const std::size_t pages = (all.size() + page_size - 1) / page_size;
            wire::DocumentsAnswer answer;
            for (std::size_t at = page * page_size; at < std::min(all.size(), (page + 1) * page_size); ++at) {
                answer.documents.push_back(all[at]);
            }
            say(answer.paging, page, pages);
            listing.answer(std::move(answer));
        }
        return listing.take_result();
    }
};

}  // namespace

TEST_CASE("pages are followed to the last") {
    // Else: the first page of thirty passes for the whole list.
    Pages service;
    for (int number = 0; number < 95; ++number) {
        service.documents.push_back(make_document(fmt::format("d{}", number), number % 2 == 0 ? "bills" : "reports"));
    }
    service.say = [](wire::Paging& paging, std::size_t page, std::size_t pages) {
        paging.next = page + 1 < pages ? std::to_string(page + 1) : "";
    };
    const ListingResult result = service.list();
    CHECK(to_text(result.verdict) == "complete");
    CHECK(result.documents.size() == 95);
    CHECK(result.types_agreed);
    CHECK(result.proof == api::ListingProof::told);
    CHECK(result.mixed_answer_max == 30);
}

TEST_CASE("pages that do not go on, or cannot be followed, are capped") {
    // Else: a hostile or broken service holds the run for ever, or what it names is passed over.
    Pages service;
    for (int number = 0; number < 95; ++number) {
        service.documents.push_back(make_document(fmt::format("d{}", number), "bills"));
    }
    service.say = [](wire::Paging& paging, std::size_t, std::size_t) { paging.next = "0"; };
    ListingResult result = service.list();
    CHECK(to_text(result.verdict) == "capped");
    CHECK(result.documents.size() == 30);
    CHECK(result.reason.english().find("nothing new") != std::string::npos);
    service.say = [](wire::Paging& paging, std::size_t, std::size_t) { paging.more = "hasmore"; };
    result = service.list();
    CHECK(to_text(result.verdict) == "capped");
    CHECK(result.reason.english().find("hasmore") != std::string::npos);
    service.say = [](wire::Paging& paging, std::size_t, std::size_t pages) { paging.pages = pages; };
    CHECK(to_text(service.list().verdict) == "capped");
    service.say = [](wire::Paging& paging, std::size_t, std::size_t) { paging.total = 95; };
    CHECK(to_text(service.list().verdict) == "capped");
    // Told, and all there: nothing more is asked.
    service.page_size = 95;
    service.say = [](wire::Paging& paging, std::size_t, std::size_t) { paging.total = 95, paging.total_is_of_all = true; };
    result = service.list();
    CHECK(to_text(result.verdict) == "complete");
    CHECK(result.proof == api::ListingProof::told);
}

TEST_CASE("whatever the service hides, complete means complete") {
    // Else: some mixture of caps, roles and faults loses documents while the run says that all are there.
    const std::uint32_t seed = 7;
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto below = [&](std::uint32_t bound) { return static_cast<std::size_t>(random() % bound); };
    std::size_t complete = 0;
    for (int round = 0; round < test::rounds(1500); ++round) {
        Service service;
        for (const std::string_view type : document_type_names) {
            service.add(type, below(3) == 0 ? 0 : below(40));
        }
        service.cap = below(2) == 0 ? 1'000'000U : 3U + below(60);
        service.ignores_limit = below(8) == 0;
        if (below(6) == 0) {
            service.errors_for[std::string(document_type_names[below(6)])] =
                make_error(below(2) == 0 ? ErrorCode::timeout : ErrorCode::bad_answer);
        }
        ListingOptions options = below(3) == 0 ? trusted(service) : ListingOptions{};
        options.limit_first = 1U + below(50);
        const ListingResult result = service.list(options);
        const std::string scene = fmt::format("round {}: {} documents, cap {}, first limit {}, trusted {}, got {}, agreed {}, by type {}",
                                              round, service.documents.size(), service.cap, options.limit_first, options.mixed_list_trusted,
                                              result.documents.size(), result.types_agreed, result.type_by_type);
        CAPTURE(scene);
        std::set<std::string> known;
        for (const wire::Document& document : result.documents) {
            CHECK_MESSAGE(known.insert(document.id).second, "nothing is listed twice");
        }
        // One cap that cuts the mixed list and the longest type alike leaves no trace but this: nothing proves the list.
        const bool traceless = result.proof == api::ListingProof::none;
        if (result.verdict == ListingVerdict::complete && !traceless) {
            ++complete;
            CHECK(ids_of(result) == service.ids());
        }
    }
    CHECK(complete > test::rounds(400));
}
