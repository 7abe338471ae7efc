#pragma once
/// The chain's part of the child that reads bundles (caged.hpp). Only the bundle room includes this header.

#include <vector>

#include "bundle/file_source.hpp"
#include "cage/cage.hpp"

namespace moisson::bundle {

/// In the child: does the task of a frame where it is one of the chain's, and tells what came of it. `entries`: what a folder holds.
void tell_chain(cage::Link& link, cage::Frame& frame, std::vector<FileSource::Entry>& entries);

}  // namespace moisson::bundle
