#pragma once
/// What runs that died while publishing left behind.

#include <filesystem>

#include "state/state_store.hpp"

namespace moisson::pipeline {

/// What runs that died while publishing left open is settled by what is published in `out`: what a published month holds is booked, the
/// rest is taken back. Before anything of the closed books is read.
void settle_publications(state::StateStore& state, const std::filesystem::path& out);

}  // namespace moisson::pipeline
