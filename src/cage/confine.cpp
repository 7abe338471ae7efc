/// Limits, namespaces, Landlock and seccomp, by the kernel's own interface. No libseccomp: the list is short, two calls are looked at by
/// their arguments, and a library would be one more thing to trust and to ship.
#include "cage/confine.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <vector>

#include "base/sanitized.hpp"
#include "cage/wire.hpp"

namespace moisson::cage {

namespace {

#if defined(__x86_64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_X86_64;
constexpr bool has_seccomp_list = true;
#elif defined(__aarch64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_AARCH64;
constexpr bool has_seccomp_list = true;
#else
constexpr std::uint32_t architecture = 0;
constexpr bool has_seccomp_list = false;  // nobody looked at the calls of this machine
#endif

/// What libraries and heaps reserve without writing to it.
constexpr std::uint64_t reserved_bytes = 1ULL << 30U;
/// Of each thread: stack, heap, buffers.
constexpr std::uint64_t thread_bytes = 24ULL << 20U;
constexpr std::size_t stack_bytes = 1U << 20U;
/// The socket, a standard stream or three, and what the parent hands over.
constexpr rlim_t descriptors_max = 16 + Cage::descriptors_max;

/// What a reader does: take bytes, count, give bytes, and end.
constexpr std::array allowed{
    __NR_futex,
    __NR_read,
    __NR_pread64,
    __NR_recvmsg,
    __NR_recvfrom,
    __NR_sendmsg,
    __NR_sendto,
    __NR_write,
    __NR_lseek,
    __NR_close,
    __NR_fstat,
    __NR_munmap,
    __NR_mremap,
    __NR_madvise,
    __NR_brk,
    __NR_exit,
    __NR_exit_group,
    __NR_getpid,
    __NR_gettid,
    __NR_sched_yield,
    __NR_sched_getaffinity,
    __NR_rt_sigaction,
    __NR_rt_sigprocmask,
    __NR_rt_sigreturn,
    __NR_sigaltstack,
    __NR_clock_gettime,
    __NR_clock_nanosleep,
    __NR_nanosleep,
    __NR_gettimeofday,
    __NR_getrandom,
    __NR_set_robust_list,
    __NR_rseq,
    __NR_restart_syscall,
};

struct Refusal {
    int call;
    int error;
};

/// What libraries try and can do without: told that it does not work, instead of being ended.
constexpr std::array refused{
    Refusal{__NR_clone3, ENOSYS},  // its flags lie in memory, where no filter can look: clone is taken in its place
    Refusal{__NR_openat, EACCES},     Refusal{__NR_newfstatat, EACCES}, Refusal{__NR_statx, EACCES},    Refusal{__NR_faccessat, EACCES},
    Refusal{__NR_readlinkat, EACCES}, Refusal{__NR_prctl, EPERM},       Refusal{__NR_prlimit64, EPERM}, Refusal{__NR_ioctl, ENOTTY},
    Refusal{__NR_sysinfo, EPERM},     Refusal{__NR_uname, EPERM},       Refusal{__NR_fcntl, EPERM},     Refusal{__NR_mincore, EPERM},
#ifdef __NR_open
    Refusal{__NR_open, EACCES},       Refusal{__NR_stat, EACCES},       Refusal{__NR_access, EACCES},   Refusal{__NR_readlink, EACCES},
#endif
};

class Filter {
public:
    void add(std::uint16_t code, std::uint32_t value, std::uint8_t if_true = 0, std::uint8_t if_false = 0) {
        program_.push_back(sock_filter{code, if_true, if_false, value});
    }
    void load(std::size_t offset) { add(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)); }
    void answer(std::uint32_t action) { add(BPF_RET | BPF_K, action); }
    void answer_call(int call, std::uint32_t action) {
        add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1);
        answer(action);
    }
    /// Allows a call where `argument & mask` is `wanted`; ends the process where it is not. The number of the call is loaded again behind
    /// it.
    void allow_if(int call, std::size_t argument, std::uint32_t mask, std::uint32_t wanted) {
        add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 5);
        load(offsetof(seccomp_data, args) + argument * sizeof(std::uint64_t));  // the low half: both machines are little-endian
        add(BPF_ALU | BPF_AND | BPF_K, mask);
        add(BPF_JMP | BPF_JEQ | BPF_K, wanted, 0, 1);
        answer(SECCOMP_RET_ALLOW);
        answer(SECCOMP_RET_KILL_PROCESS);
    }
    [[nodiscard]] bool install() {
        sock_fprog program{static_cast<std::uint16_t>(program_.size()), program_.data()};
        return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
    }

private:
    std::vector<sock_filter> program_;
};

bool leave_system_calls() {
    if (!has_seccomp_list) {
        return false;
    }
    constexpr std::uint32_t other_numbering = 0x40000000;  // x32, which x86-64 kernels also take
    Filter filter;
    filter.load(offsetof(seccomp_data, arch));
    filter.add(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0);
    filter.answer(SECCOMP_RET_KILL_PROCESS);
    filter.load(offsetof(seccomp_data, nr));
    filter.add(BPF_JMP | BPF_JGE | BPF_K, other_numbering, 0, 1);
    filter.answer(SECCOMP_RET_KILL_PROCESS);
    for (const auto call : allowed) {
        filter.answer_call(call, SECCOMP_RET_ALLOW);
    }
    for (const Refusal& refusal : refused) {
        filter.answer_call(refusal.call, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(refusal.error));
    }
    // Memory that can be written never becomes code; a new task is a thread of this process; an own signal is how abort() ends.
    filter.allow_if(__NR_mmap, 2, PROT_EXEC, 0);
    filter.allow_if(__NR_mprotect, 2, PROT_EXEC, 0);
    filter.allow_if(__NR_clone, 0, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM);
    filter.allow_if(__NR_tgkill, 0, UINT32_MAX, static_cast<std::uint32_t>(::getpid()));
    if (is_sanitized) {
        // What looks for faults asks the system for much that no reader needs; such a program reads nothing but tests.
        filter.answer_call(__NR_socket, SECCOMP_RET_KILL_PROCESS);
        filter.answer_call(__NR_execve, SECCOMP_RET_KILL_PROCESS);
        filter.answer(SECCOMP_RET_ALLOW);
    }
    filter.answer(SECCOMP_RET_KILL_PROCESS);
    return filter.install();
}

bool set_limit(decltype(RLIMIT_CORE) what, rlim_t value) {
    const rlimit limit{value, value};
    return ::setrlimit(what, &limit) == 0;
}

bool set_limits(const Limits& limits) {
    const rlim_t memory = limits.memory_bytes + limits.threads * thread_bytes;
    bool all = set_limit(RLIMIT_CORE, 0) && set_limit(RLIMIT_FSIZE, 0) && set_limit(RLIMIT_NOFILE, descriptors_max);
    if (!is_sanitized) {  // shadow memory is terabytes of address space
        all = set_limit(RLIMIT_DATA, memory) && set_limit(RLIMIT_AS, memory + reserved_bytes) && all;
    }
    // A person's stack limit would be each thread's; a heap for each thread would reserve 128 MiB each.
    pthread_attr_t attributes;
    ::pthread_attr_init(&attributes);
    all = is_sanitized ||
          (::pthread_attr_setstacksize(&attributes, stack_bytes) == 0 && ::pthread_setattr_default_np(&attributes) == 0 && all);
    ::pthread_attr_destroy(&attributes);
    return all;
}

bool drop_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> none{};
    return ::syscall(SYS_capset, &header, none.data()) == 0;
}

/// Nothing may be opened by name, and no port be used: a set of rules that allows nothing.
int leave_files() {
    const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1) {
        return 0;
    }
    // The fields and rights of later versions than the headers that this was built with.
    struct {
        std::uint64_t files = 0;
        std::uint64_t network = 0;
        std::uint64_t scoped = 0;
    } rules;
    constexpr std::uint64_t files_of_first = (1ULL << 13U) - 1;
    const unsigned more = abi >= 5 ? 3 : abi >= 3 ? 2 : abi >= 2 ? 1 : 0;  // refer, truncate, ioctl on devices
    rules.files = ((files_of_first + 1) << more) - 1;
    rules.network = abi >= 4 ? 3 : 0;  // bind, connect
    rules.scoped = abi >= 6 ? 3 : 0;   // abstract sockets, signals to others
    const std::size_t size = abi >= 6 ? sizeof rules : abi >= 4 ? 2 * sizeof(std::uint64_t) : sizeof(std::uint64_t);
    const long ruleset = ::syscall(SYS_landlock_create_ruleset, &rules, size, 0);
    if (ruleset < 0) {
        return 0;
    }
    const bool done = ::syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    ::close(static_cast<int>(ruleset));
    return done ? static_cast<int>(abi) : 0;
}

}  // namespace

void close_from(int first) noexcept {
#ifdef SYS_close_range
    if (::syscall(SYS_close_range, static_cast<unsigned>(first), ~0U, 0U) == 0) {
        return;
    }
#endif
    const long count = std::min(::sysconf(_SC_OPEN_MAX), 1L << 20U);
    for (long number = first; number < count; ++number) {
        ::close(static_cast<int>(number));
    }
}

Confinement confine(const Limits& limits) {
    Confinement confinement;
    // A user namespace of its own, where root's right to leave the network is not at hand.
    confinement.no_network = ::unshare(CLONE_NEWNET) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
    confinement.limits = set_limits(limits);
    confinement.limits = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && confinement.limits;
    confinement.limits = drop_capabilities() && confinement.limits;
    confinement.limits = ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && confinement.limits;
    // After all that changes rights, which takes it back.
    confinement.limits = ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && confinement.limits;
    confinement.landlock_abi = leave_files();
    confinement.seccomp = leave_system_calls();
    return confinement;
}

}  // namespace moisson::cage
