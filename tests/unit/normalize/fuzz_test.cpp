/// The fuzz properties of money and period texts as seeded loops, so that every build runs them. MOISSON_SEED sets another seed,
/// MOISSON_ROUNDS another length; both are printed on failure.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "../fuzz/money_text.hpp"
#include "../fuzz/period_text.hpp"
#include "support/rounds.hpp"

namespace {

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// Texts of pieces that mean something to the parser, now and then with any byte put in.
template <std::size_t size>
std::string make_text(std::mt19937_64& random, const std::array<std::string_view, size>& pieces) {
    std::string text;
    for (std::uint64_t count = random() % 9; count > 0; --count) {
        text += pieces[random() % pieces.size()];
    }
    if (random() % 4 == 0 && !text.empty()) {
        text[random() % text.size()] = static_cast<char>(random() % 256);
    }
    return text;
}

constexpr std::array<std::string_view, 36> money_pieces{"0",
                                                        "1",
                                                        "12",
                                                        "123",
                                                        "000",
                                                        "999",
                                                        "234567",
                                                        "92233720368547758",
                                                        ".",
                                                        ",",
                                                        " ",
                                                        "'",
                                                        "-",
                                                        "+",
                                                        "(",
                                                        ")",
                                                        "e",
                                                        "E-",
                                                        "2",
                                                        "1e2",
                                                        "\xc2\xa0",
                                                        "\xe2\x80\xaf",
                                                        "\xe2\x88\x92",
                                                        "\xe2\x82\xac",
                                                        "\xe2\x80\x99",
                                                        "EUR",
                                                        "TND",
                                                        "$",
                                                        "zł",
                                                        ".5",
                                                        ",50",
                                                        ".000",
                                                        "00",
                                                        "5",
                                                        "x",
                                                        "\xff"};

constexpr std::array<std::string_view, 36> period_pieces{
    "2021",      "2022", "10", "01",        "1",          "31",        "9",          "202110",     "20211001",     "-",
    "/",         ".",    " ",  " au ",      "du ",        "..",        "octobre",    "Oct",        "févr.",        "AOÛT",
    "Q",         "T3",   "3e", "trimestre", "T00:00:00Z", "T23:59:59", "2021-10-01", "2022-02-28", "\xe2\x80\x93", "\xc2\xa0",
    "e\xcc\x81", "x",    "99", "00",        "à",          "\xff"};

}  // namespace

TEST_CASE("no digit of an amount is ever invented, lost or moved") {
    // If this failed, some text that nobody thought of would become another sum.
    const std::uint64_t seed = setting("MOISSON_SEED", 1);
    const std::uint64_t rounds = setting("MOISSON_ROUNDS", moisson::test::rounds(40'000));
    std::mt19937_64 random(seed);
    for (std::uint64_t round = 0; round < rounds; ++round) {
        const std::string text = make_text(random, money_pieces);
        const std::string problem = moisson::fuzz::money_text_problem(text);
        if (!problem.empty()) {
            CAPTURE(seed);
            CAPTURE(round);
            CAPTURE(text);
            FAIL_CHECK(problem);
        }
    }
}

TEST_CASE("no text becomes a period of days that are not or a year that it does not name") {
    // If this failed, some text that nobody thought of would move a document to another month.
    const std::uint64_t seed = setting("MOISSON_SEED", 1);
    const std::uint64_t rounds = setting("MOISSON_ROUNDS", moisson::test::rounds(40'000));
    std::mt19937_64 random(seed);
    for (std::uint64_t round = 0; round < rounds; ++round) {
        const std::string text = make_text(random, period_pieces);
        const std::string problem = moisson::fuzz::period_text_problem(text);
        if (!problem.empty()) {
            CAPTURE(seed);
            CAPTURE(round);
            CAPTURE(text);
            FAIL_CHECK(problem);
        }
    }
}

TEST_CASE("texts that once broke a property stay harmless") {
    // If this failed, a fault that was found and repaired would be back.
    for (const std::string_view text : {"", "-", "(", "1e", "0e9", "\xff", "1,000", "2021-10-01/2021-11-01"}) {
        CAPTURE(text);
        CHECK(moisson::fuzz::money_text_problem(text).empty());
        CHECK(moisson::fuzz::period_text_problem(text).empty());
    }
}
