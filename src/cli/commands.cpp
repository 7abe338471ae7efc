/// The table of commands, by heading. A new one is a file NAME_command.cpp and its two lines here.

#include "cli/commands.hpp"

#include <utility>

namespace moisson::cli {

Command export_command();
Command plan_command();
Command merge_command();
Command verify_command();
Command close_command();
Command state_rebuild_command();
Command state_diff_command();
Command state_copy_command();
Command explain_command();
Command evidence_stamp_command();
Command doctor_command();
Command contracts_list_command();
Command contracts_show_command();
Command contracts_create_command();
Command users_add_command();
Command documents_list_command();
Command documents_get_command();
Command postman_command();
Command templates_list_command();
Command templates_show_command();
Command templates_test_command();
Command invoices_test_command();
Command sandbox_command();
Command sandbox_keys_list_command();
Command sandbox_keys_issue_command();
Command sandbox_keys_age_command();
Command sandbox_keys_revoke_command();
Command completion_command();
Command archive_list_command();
Command parquet_command();
Command archive_get_command();
Command archive_verify_command();
Command help_command();

namespace {

std::vector<std::pair<std::string_view, std::vector<Command>>> commands_by_heading() {
    return {
        {"The month", {export_command(), plan_command(), merge_command(), verify_command(), close_command(), explain_command(),
                        evidence_stamp_command()}},
        {"Archive and state",
         {archive_list_command(), archive_get_command(), archive_verify_command(), state_rebuild_command(), state_diff_command(),
          state_copy_command(), parquet_command()}},
        {"Looking at the service",
         {doctor_command(), contracts_list_command(), contracts_show_command(), documents_list_command(), documents_get_command()}},
        {"Writing to the service", {contracts_create_command(), users_add_command()}},
        {"ERP files", {templates_list_command(), templates_show_command(), templates_test_command()}},
        {"Invoices", {invoices_test_command()}},
        {"Trying it out",
         {sandbox_command(), sandbox_keys_list_command(), sandbox_keys_issue_command(), sandbox_keys_age_command(),
          sandbox_keys_revoke_command(), postman_command()}},
        {"Help", {help_command(), completion_command()}},
    };
}

}  // namespace

std::vector<Command> commands() {
    std::vector<Command> all;
    for (auto& [heading, commands] : commands_by_heading()) {
        for (Command& command : commands) {
            command.heading = heading;
            all.push_back(std::move(command));
        }
    }
    return all;
}

const std::vector<Group>& groups() {
    static const std::vector<Group> table{
        {"archive", "where months go besides OUT"},
        {"evidence", "what proves when a month was there, and by whom"},
        {"state", "what runs remember"},
        {"contracts", "the contracts that the credentials can see"},
        {"users", "the users of a contract"},
        {"documents", "the documents of one contract"},
        {"templates", "the formats of ERP files"},
        {"invoices", "what documents say of themselves"},
        {"sandbox keys", "the API keys of a running sandbox"},
    };
    return table;
}

}  // namespace moisson::cli
