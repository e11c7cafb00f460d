using Dormouse.Instances.Drivers.Process;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Drivers;

public sealed class BoundedLogTests
{
    [Fact]
    public void A_log_that_has_grown_keeps_its_latter_half_and_its_writer_goes_on_at_the_end()
    {
        using var folder = new TestDataFolder();
        string path = folder.Combine("postgres.log");
        using var writer = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        byte[] line = "a line of the log\n"u8.ToArray();
        while (writer.Length <= BoundedLog.BytesMax)
        {
            writer.Write(line);
            writer.Flush();
        }

        BoundedLog.Trim(path);

        Assert.Equal(BoundedLog.BytesMax / 2, new FileInfo(path).Length);
        Assert.EndsWith("a line of the log\n", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact]
    public void The_reason_is_what_postgres_says_without_the_time_before_it()
    {
        using var folder = new TestDataFolder();
        string path = folder.Combine("postgres.log");
        File.WriteAllText(path, "old FATAL:  of yesterday\n");
        long offset = new FileInfo(path).Length;
        File.AppendAllText(path, "2026-01-01 [1] FATAL:  data directory is broken\n2026-01-01 [1] HINT:  something\n");

        Assert.Equal("FATAL:  data directory is broken", BoundedLog.Reason(path, offset));
        Assert.Null(BoundedLog.Reason(folder.Combine("none"), 0));
    }
}
