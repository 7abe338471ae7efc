/// What an archive's store sends: lists and errors of S3, and manifests.

#include "archive/manifest.hpp"
#include "archive/s3_answer.hpp"
#include "archive/xml.hpp"
#include "fuzz.hpp"

void moisson::fuzz::run(std::string_view input) {
    const auto xml = archive::read_xml(input);
    require(xml || xml.error().code == ErrorCode::bad_answer, "a refusal has its code");
    http::Response response;
    response.status = 403;
    response.error_body = input;
    require(archive::judge_s3_answer(response, "s3://bucket/key").http_status == response.status, "the status stays what it was");

    const archive::Generation generation{"2026-10", 1, "0123456789abcdef", std::string(64, 'a')};
    const auto manifest = archive::read_manifest_json(input, generation);
    if (!manifest) {
        require(manifest.error().code == ErrorCode::bad_answer, "a refusal has its code");
        return;
    }
    for (const archive::ArchivedFile& file : manifest->files) {
        require(archive::check_key(file.path).has_value(), "no path leads out of the month's folder");
        std::uint64_t sum = 0;
        for (const archive::Piece& piece : file.pieces) {
            require(piece.size_bytes <= archive::object_max_bytes, "no piece is too large to read");
            sum += piece.size_bytes;
        }
        require(sum == file.size_bytes, "pieces add up");
    }
}
