// Whose state it is. If these failed, two services' documents would mix in one ledger, or a job that gains a login would lose its state.
#include "pipeline/state_access.hpp"

#include <doctest/doctest.h>

#include "support/memory_store.hpp"

using namespace moisson;
using namespace moisson::pipeline;

TEST_CASE("a state is of the services of its logins, which come and go, but not all at once") {
    test::MemoryStore state;
    claim_state(state, "https://one.example/v1, https://two.example/v1", true);
    CHECK(state.source() == "one.example:443, two.example:443");
    claim_state(state, "https://two.example/v2", true);
    CHECK(state.source() == "one.example:443, two.example:443");
    CHECK_THROWS_AS(claim_state(state, "https://three.example/v1", true), const FatalError&);
    claim_state(state, "https://three.example/v1, https://two.example/v1", false);
    CHECK(state.source() == "one.example:443, two.example:443");  // a plan writes nothing
    claim_state(state, "https://three.example/v1, https://two.example/v1", true);
    CHECK(state.source() == "one.example:443, three.example:443, two.example:443");
}

TEST_CASE("a state of one service is as it always was") {
    test::MemoryStore state;
    claim_state(state, "http://127.0.0.1:8080/v1", true);
    CHECK(state.source() == "loopback");
    claim_state(state, "http://localhost:9090/v1", true);
    CHECK_THROWS_AS(claim_state(state, "https://one.example/v1", true), const FatalError&);
    CHECK_THROWS_AS(claim_state(state, "sandbox:small", true), const FatalError&);
}
