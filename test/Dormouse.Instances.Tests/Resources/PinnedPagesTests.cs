using System.Globalization;
using Dormouse.Contracts;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Resources;
using Dormouse.Instances.Tests.Lifecycle;

namespace Dormouse.Instances.Tests.Resources;

public sealed class PinnedPagesTests
{
    [Fact]
    public async Task What_servers_have_in_common_is_kept_once()
    {
        Assert.SkipUnless(Libc.GetEffectiveUserId() == 0, "Only root may keep pages in memory.");
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId first = await host.CreateAsync();
        DatabaseId second = await host.CreateAsync();
        await host.QueryAsync(first, "SELECT 1");
        await host.QueryAsync(second, "SELECT 1");

        using var pinned = new PinnedPages();
        pinned.LearnFrom(PostmasterOf(host, first), PostmasterOf(host, first));
        long once = pinned.Bytes;
        pinned.LearnFrom(PostmasterOf(host, second), PostmasterOf(host, second));

        Assert.InRange(once, 2 << 20, PinnedPages.BytesMax);
        Assert.InRange(pinned.Bytes, once, once + (once / 4));
        // Those of the host's own, which learns from the same, are locked too.
        Assert.True(LockedBytes() >= pinned.Bytes);
    }

    [Fact]
    public void A_process_that_is_gone_teaches_nothing()
    {
        using var pinned = new PinnedPages();
        pinned.LearnFrom(int.MaxValue, int.MaxValue);
        Assert.Equal(0, pinned.Bytes);
    }

    private static int PostmasterOf(TestHost host, DatabaseId id) => host.Lifecycle.Find(id)!.PostmasterPid!.Value;

    private static long LockedBytes() =>
        1024
        * long.Parse(
            File.ReadLines("/proc/self/status")
                .First(line => line.StartsWith("VmLck:", StringComparison.Ordinal))
                .Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture
        );
}
