#pragma once
/// Standard output and standard error as the commands see them: whole writes, a closed pipe that ends quietly, secrets blotted out.

#include <functional>
#include <string>
#include <string_view>

#include "base/redactor.hpp"
#include "base/result.hpp"

namespace moisson::cli {

/// What standard output carries.
enum class OutputForm { text, json };

/// Data for people and other programs, without secrets and past the gate for text from outside (base/gate.hpp). One thread at a time.
class Output {
public:
    /// Does not own the descriptor. `redactor` outlives it.
    Output(int descriptor, OutputForm form, const Redactor& redactor) : descriptor_(descriptor), form_(form), redactor_(redactor) {}
    /// `json`: whole JSON texts. Texts from outside stand on one line of `text` each.
    /// Once the reader has gone (`| head`), writes are dropped: what the command does besides goes on. Any other failure (a full disk
    /// behind a redirection) is FatalError(local).
    /// `dress`: changes a text that has passed the gate for the screen that it goes to; JSON stays as it is.
    void write(std::string_view text, const std::function<std::string(std::string_view)>& dress = nullptr);
    [[nodiscard]] bool closed() const noexcept { return closed_; }

private:
    int descriptor_;
    OutputForm form_;
    const Redactor& redactor_;
    bool closed_ = false;
};

/// Writes all bytes; 0, or the errno of the failure.
[[nodiscard]] int write_fully(int descriptor, std::string_view text) noexcept;

/// Text, secrets taken out and past the gate.
[[nodiscard]] std::string fit_to_leave(std::string_view text, OutputForm form, const Redactor& redactor);

}  // namespace moisson::cli
