using Dormouse.Instances.Drivers.Native;

namespace Dormouse.Instances.Tests.Drivers;

public sealed class ProcessorTurnsTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(0.1);

    [Fact]
    public void A_thread_s_slice_is_taken_where_the_kernel_has_one_for_each_and_a_program_that_it_starts_has_the_kernel_s_own()
    {
        string? sleep = ProgramFinder.Find("sleep");
        Assert.SkipWhen(sleep is null, "There is no 'sleep' here.");
        double? before = null;
        double? own = null;
        double? child = null;
        // A thread of its own, since it stays as it is.
        var thread = new Thread(() =>
        {
            before = SliceOf("thread-self");
            Assert.Equal(0, Libc.SetSlice(0, Short));
            own = SliceOf("thread-self");
            using var log = new DescriptorHandle("/dev/null");
            int pid = DetachedProcess.Launch([sleep!, "60"], log.Fd, null);
            child = SliceOf($"{pid}");
            _ = Libc.Kill(pid, Libc.SigKill);
            DetachedProcess.Reap(pid);
        });
        thread.Start();
        thread.Join();

        Assert.SkipWhen(before is null || own == before, "This kernel tells no slices, or has one for all threads.");
        Assert.Equal(Short.TotalNanoseconds, own);
        Assert.Equal(before, child);
    }

    [Theory]
    // 1,024 times 1.25 for each step: 4,096, 8,192 and 65,536 at least, and what the kernel takes at most.
    [InlineData(1, -7)]
    [InlineData(2, -10)]
    [InlineData(16, -19)]
    [InlineData(256, -20)]
    public void The_platform_s_session_weighs_what_all_databases_weigh_together(int cores, int nice) =>
        Assert.Equal(nice, ProcessorTurns.SessionNice(cores));

    // A process of our own: of who runs the tests the session may have been made outside of a container, where it is told as 0.
    [Fact]
    public void The_session_of_a_process_is_told_and_of_one_that_is_gone_is_none()
    {
        string? sleep = ProgramFinder.Find("sleep");
        Assert.SkipWhen(sleep is null, "There is no 'sleep' here.");
        using var log = new DescriptorHandle("/dev/null");
        int pid = DetachedProcess.Launch([sleep!, "60"], log.Fd, null);

        int? session = ProcessTable.Session(pid);
        _ = Libc.Kill(pid, Libc.SigKill);
        DetachedProcess.Reap(pid);

        Assert.Equal(pid, session);
        Assert.Null(ProcessTable.Session(int.MaxValue));
    }

    private static double? SliceOf(string process) =>
        File.Exists($"/proc/{process}/sched")
            ? File.ReadLines($"/proc/{process}/sched")
                .Where(line => line.StartsWith("se.slice", StringComparison.Ordinal))
                .Select(line => (double?)double.Parse(line.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture))
                .FirstOrDefault()
            : null;
}
