#pragma once
/// Comes before every other line where qpdf's headers are used and the compiler is clang (CMakeLists.txt).
///
/// JSON.hh of qpdf 11.3 has a class with a vector of the class around it, and a destructor that C++20 has clang look into at once. Nobody
/// here uses it; the other headers need no more than its name.

#define JSON_HH
class JSON;
