using Dormouse.Logging;
using Dormouse.Testing;

namespace Dormouse.Tests.Logging;

public sealed class BoundedLogFileTests
{
    [Fact]
    public void The_log_never_takes_more_than_two_files_of_its_bound_and_keeps_the_newest_lines()
    {
        using var folder = new TestDataFolder();
        string path = folder.Combine("platform.log");
        string filler = new('x', 100_000);
        using (var log = new BoundedLogFile(path))
        {
            for (int i = 0; i < 250; i++)
            {
                log.WriteLine($"{i} {filler}");
            }
        }

        Assert.Equal(["platform.log", "platform.log.1"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order());
        Assert.All(Directory.GetFiles(folder.Path), file => Assert.InRange(new FileInfo(file).Length, 1, 8 * 1024 * 1024));
        Assert.StartsWith("249 ", File.ReadLines(path).Last(), StringComparison.Ordinal);
    }
}
