#pragma once
/// What an S3 store's answer outside 2xx means. Pure.

#include <string>

#include "base/result.hpp"
#include "http/http.hpp"

namespace moisson::archive {

/// The error's code by status and the answer's own <Code>; `retry` and `retry_after` as its meaning asks; <Code> and <Message> as the
/// cause.
[[nodiscard]] Error judge_s3_answer(const http::Response& response, const std::string& where);

}  // namespace moisson::archive
