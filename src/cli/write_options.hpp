#pragma once
/// What the command line says for the two writes: `users add` and `contracts create`.

#include <string>
#include <vector>

#include "api/write_endpoints.hpp"

namespace moisson::cli {

struct WriteOptions {
    bool yes = false;                   ///< do not ask
    bool dry_run = false;               ///< show the request, call nothing
    bool allow_duplicate_name = false;  ///< contracts create: order although a contract of this name exists or may exist
    std::string file;                   ///< users add: many users, JSON or CSV
    api::NewUser user;                  ///< users add: one user; roles are in `roles`
    std::vector<std::string> roles;     ///< users add: SECTION=NAME[,NAME]
    api::NewContract contract;          ///< contracts create; external references are in `references`
    std::vector<std::string> references;
};

}  // namespace moisson::cli
