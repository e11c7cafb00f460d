using Dormouse.Contracts;
using Dormouse.Instances.Host;
using Dormouse.Instances.Tests.Lifecycle;

namespace Dormouse.Instances.Tests.Templates;

/// <summary>On a file system with reflinks a database shares with the template whatever it has not written itself.</summary>
public sealed class ReflinkTests
{
    private const int Databases = 5;
    private const double MegabytesMax = 3;

    [Fact]
    public async Task A_database_with_a_table_and_some_rows_takes_three_megabytes_at_most()
    {
        Assert.SkipUnless(LoopDisk.CanBeMade, "This host has neither mkfs.xfs nor mkfs.btrfs.");
        LoopDisk? disk = null;
        TestHost host = await TestHost.StartAsync(
            WithoutSpares,
            async path => disk = await LoopDisk.TryMountAsync(path),
            hasTemplates: true
        );
        try
        {
            Assert.SkipWhen(disk is null, "This user may not mount a file.");
            // The first one brings the template to the disk.
            await MakeAsync(host);
            long before = disk.UsedBytes;
            for (int i = 0; i < Databases; i++)
            {
                await MakeAsync(host);
            }
            Assert.InRange((disk.UsedBytes - before) / 1e6 / Databases, 0, MegabytesMax);
        }
        finally
        {
            await host.Lifecycle.StopAllAsync(CancellationToken.None);
            await (disk?.DisposeAsync() ?? ValueTask.CompletedTask);
            await host.DisposeAsync();
        }
    }

    // They would be counted too.
    private static InstancesOptions WithoutSpares(string path) =>
        new()
        {
            DataPath = path,
            FreezeAfter = TimeSpan.FromHours(1),
            StopAfter = TimeSpan.FromHours(2),
            SparesMax = 0,
        };

    private static async Task MakeAsync(TestHost host)
    {
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, "CREATE TABLE kept AS SELECT n, repeat('word ', 10) AS text FROM generate_series(1, 1000) AS n");
        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, TestContext.Current.CancellationToken);
    }
}
