// What is wrong on this machine ends a run before anything is called, with its place and what to do.
#include "pipeline/local_settings.hpp"

#include <string>

#include <doctest/doctest.h>

#include "support/scratch_folder.hpp"

using namespace moisson;

TEST_CASE("a run ends with the first problem and tells how many more there are; doctor is told all") {
    const test::ScratchFolder folder;
    config::Job job;
    job.job_file = "job.toml";
    job.export_.out = folder.write("taken", "a file").string();
    job.export_.templates = {"fecc", "fec"};
    job.origins["export.templates"] = "job file line 3";
    job.books.rates_file = (folder.path() / "gone.csv").string();
    const auto found = pipeline::look_at_local_settings(job, true);
    REQUIRE(found.problems.size() == 4);
    CHECK(found.problems[0].error.where == job.books.rates_file);
    CHECK(found.problems[1].error.where == "job.toml:3");
    CHECK(found.problems[1].error.hint == "Did you mean \"fec\"?");
    CHECK(found.problems[2].error.message.english().starts_with("template fec needs the setting"));
    CHECK(found.problems[3].step == "output");
    CHECK(found.problems[3].exit_code == ExitCode::local);
    for (const pipeline::LocalProblem& problem : found.problems) {
        CHECK_FALSE(problem.error.hint.empty());
    }
    CHECK(pipeline::look_at_local_settings(job, false).problems.size() == 3);  // a plan writes nothing
    try {
        static_cast<void>(pipeline::open_local_settings(job, true));
        FAIL("nothing was wrong");
    } catch (const FatalError& problem) {
        CHECK(problem.exit_code() == ExitCode::usage);
        CHECK(problem.error().hint.ends_with("3 more problems: moisson doctor names all"));
    }
}

TEST_CASE("a setting's place is the line of the job file, the option or the variable that gave it") {
    config::Job job;
    job.job_file = "jobs/a.toml";
    job.origins = {{"a", "job file line 7"}, {"b", "--out"}, {"c", "environment MOISSON_STATE"}, {"d", "default"},
                   {"e", "default: the last closed month"}};
    CHECK(pipeline::place_of(job, "a") == "jobs/a.toml:7");
    CHECK(pipeline::place_of(job, "b") == "option --out");
    CHECK(pipeline::place_of(job, "c") == "environment MOISSON_STATE");
    for (const char* key : {"d", "e", "f"}) {
        CHECK(pipeline::place_of(job, key).empty());
    }
}
