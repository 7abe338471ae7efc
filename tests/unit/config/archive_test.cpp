// If these failed, months would go to another place than the job says, under other keys, or for another time.
#include <string>

#include <doctest/doctest.h>

#include "config/archive.hpp"
#include "config/config_support.hpp"

using namespace moisson;
using namespace moisson::config;
using namespace moisson::config::test;

namespace {

const Environment keys{{"MOISSON_ARCHIVE_ACCESS_KEY_ID", "key-id"}, {"MOISSON_ARCHIVE_SECRET_ACCESS_KEY", "key-secret"}};

Job load_text(const std::string& text, const Environment& environment = {}) {
    const Folder folder;
    CommandLine command_line;
    command_line.job_file = folder.write("job.toml", text);
    command_line.trust_job = true;
    return load(command_line, environment, Need::archive);
}

std::string problem(const std::string& text, const Environment& environment = {}) {
    return problem_of_job(text, environment, Need::archive);
}

}  // namespace

TEST_CASE("an address is split as it is meant") {
    CHECK(load_text("[archive]\nurl = \"file:///mnt/archive/\"\n").archive.folder == "/mnt/archive");
    const ArchiveSettings bucket = load_text("[archive]\nurl = \"s3://b.c-d/é à/x/\"\nregion = \"eu-west-3\"\n", keys).archive;
    CHECK(bucket.bucket == "b.c-d");
    CHECK(bucket.prefix == "é à/x");
    CHECK(bucket.endpoint == "https://s3.eu-west-3.amazonaws.com");
    CHECK(bucket.secret_access_key.reveal() == "key-secret");
    CHECK(bucket.retention_years == 10);
    CHECK(bucket.object_lock);
    CHECK(load_text("").archive.url.empty());
    const ArchiveSettings other = load_text("[archive]\nurl = \"s3://bucket\"\nretention = 6\nobject_lock = \"never\"\nendpoint = "
                                            "\"https://s3.example.com/\"\naccess_key_id = \"a\"\nsecret_access_key = \"b\"\n")
                                      .archive;
    CHECK(other.prefix.empty());
    CHECK(other.endpoint == "https://s3.example.com");
    CHECK(other.retention_years == 6);
    CHECK_FALSE(other.object_lock);
}

TEST_CASE("a slip is named with its line") {
    CHECK(problem("[archive]\nurl = \"ftp://x\"\n").starts_with("DIR/job.toml:2 | the archive's url \"ftp://x\" cannot be used"));
    CHECK(problem("[archive]\nurl = \"s3://UP/../x\"\n", keys).find("DIR/job.toml:2") == 0);
    CHECK(problem("[archive]\nurl = \"s3://bucket\"\n").find("the archive needs access_key_id") != std::string::npos);
    CHECK(problem("[archive]\nobject_lock = \"on\"\n").find("DIR/job.toml:2") == 0);
    CHECK(problem("", {{"MOISSON_ARCHIVE_URL", "x"}}).find("environment variable MOISSON_ARCHIVE_URL") == 0);
}

TEST_CASE("keys of the environment sign for no address of a job file") {
    CHECK(problem("[archive]\nurl = \"s3://bucket\"\n", keys).find("--trust-job") != std::string::npos);
    Environment all = keys;
    all["MOISSON_ARCHIVE_URL"] = "s3://bucket";
    CHECK(problem("", all) == "no error");
    CHECK(problem("[archive]\nurl = \"s3://other\"\n", all) == "no error");  // the environment's own counts
    CHECK(problem("[archive]\nendpoint = \"https://s3.example.com\"\n", all).find("--trust-job") != std::string::npos);
    CHECK(problem("[archive]\nca_file = \"x.pem\"\n", all).find("--trust-job") != std::string::npos);
    CHECK(problem("[archive]\nurl = \"s3://bucket\"\naccess_key_id = \"a\"\nsecret_access_key = \"b\"\n") == "no error");
}
