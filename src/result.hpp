// Errors are values: what can fail returns a Result, and nothing in the core throws or exits.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

namespace caseframe {

enum class ErrorCode : unsigned char {
  kInvalidArgument,
  kOutOfMemory,
  kBlackFrame,
  kUndecodedFrame,
  kUniformFrame,
  // libjpeg refused for a reason that no argument explains: a defect of ours.
  kEncoder,
};

struct Error {
  ErrorCode code;
  // A string literal: it lives as long as the program.
  const char* message;
  // The index of the region that is to blame; -1 where none is.
  std::int32_t region = -1;
};

// Either a value or the error that stands in its place.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, error) {}         // NOLINT(google-explicit-constructor)

  [[nodiscard]] explicit operator bool() const { return state_.index() == 0; }
  // Only where the result holds a value.
  [[nodiscard]] T& operator*() & { return *std::get_if<0>(&state_); }
  [[nodiscard]] const T& operator*() const& { return *std::get_if<0>(&state_); }
  [[nodiscard]] T&& operator*() && { return std::move(*std::get_if<0>(&state_)); }
  [[nodiscard]] T* operator->() { return std::get_if<0>(&state_); }
  [[nodiscard]] const T* operator->() const { return std::get_if<0>(&state_); }
  // Only where it does not.
  [[nodiscard]] Error error() const { return *std::get_if<1>(&state_); }

 private:
  std::variant<T, Error> state_;
};

// For what can fail and has nothing to return: true where it succeeded, as a Result is.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(error) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] explicit operator bool() const { return !error_.has_value(); }
  // Only where it failed.
  [[nodiscard]] Error error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace caseframe
