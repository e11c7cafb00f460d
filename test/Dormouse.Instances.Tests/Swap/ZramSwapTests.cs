using Dormouse.Contracts;
using Dormouse.Instances.Swap;

namespace Dormouse.Instances.Tests.Swap;

public sealed class ZramSwapTests : IDisposable
{
    private const long Size = 64 << 20;

    private readonly FakeZram host = new(devices: 2);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => host.Dispose();

    [Fact]
    public async Task What_was_set_up_is_swap_until_it_is_undone()
    {
        await New().EnsureAsync(Size, Cancellation);
        Assert.Equal(["zram0"], host.Swaps);
        Assert.Equal(Size, host.BytesOf("zram0"));

        await New().RemoveAsync(Cancellation);
        host.Settle();
        Assert.Empty(host.Swaps);
        Assert.Equal(0, host.BytesOf("zram0"));
        Assert.False(File.Exists(host.Note));
    }

    [Fact]
    public async Task A_device_of_somebody_else_is_left_alone()
    {
        host.Take("zram0", Size);
        await New().EnsureAsync(Size, Cancellation);
        Assert.Equal(["zram1"], host.Swaps);
        await New().RemoveAsync(Cancellation);
        host.Settle();
        Assert.Equal(Size, host.BytesOf("zram0"));
    }

    [Fact]
    public async Task The_next_platform_with_the_same_size_keeps_it_with_what_is_in_it()
    {
        await New().EnsureAsync(Size, Cancellation);
        Guid before = SwapHeader.IdentityOf(Path.Combine(host.Root, "dev", "zram0"));
        Assert.NotEqual(Guid.Empty, before);
        host.Fault = new InvalidOperationException("It was taken out or put in again.");
        await New().EnsureAsync(Size, Cancellation);
        Assert.Equal(before, SwapHeader.IdentityOf(Path.Combine(host.Root, "dev", "zram0")));
        Assert.Equal(["zram0"], host.Swaps);
    }

    [Fact]
    public async Task The_next_platform_without_it_undoes_it()
    {
        await New().EnsureAsync(Size, Cancellation);
        await New().EnsureAsync(null, Cancellation);
        host.Settle();
        Assert.Empty(host.Swaps);
        Assert.Equal(0, host.BytesOf("zram0"));
    }

    [Fact]
    public async Task The_next_platform_with_another_size_makes_it_anew()
    {
        await New().EnsureAsync(Size, Cancellation);
        await New().EnsureAsync(2 * Size, Cancellation);
        host.Settle();
        Assert.Equal(["zram1"], host.Swaps);
        Assert.Equal((0, 2 * Size), (host.BytesOf("zram0"), host.BytesOf("zram1")));
    }

    [Fact]
    public async Task The_kernels_settings_suit_swap_in_memory_for_as_long_as_there_is_some()
    {
        host.Setting("page-cluster", "3");
        host.Setting("watermark_scale_factor", "10");
        host.Setting("compaction_proactiveness", "0");

        await New().EnsureAsync(Size, Cancellation);
        Assert.Equal(
            ("0", "50", "0"),
            (host.Setting("page-cluster"), host.Setting("watermark_scale_factor"), host.Setting("compaction_proactiveness"))
        );
        // A kernel that has not all of them.
        Assert.Null(host.Setting("watermark_boost_factor"));
        await New().EnsureAsync(Size, Cancellation);

        await New().RemoveAsync(Cancellation);
        Assert.Equal(
            ("3", "10", "0"),
            (host.Setting("page-cluster"), host.Setting("watermark_scale_factor"), host.Setting("compaction_proactiveness"))
        );
    }

    [Fact]
    public async Task A_setting_that_somebody_changed_meanwhile_is_left_alone()
    {
        host.Setting("page-cluster", "3");
        await New().EnsureAsync(Size, Cancellation);
        host.Setting("page-cluster", "1");
        await New().EnsureAsync(Size, Cancellation);
        Assert.Equal("1", host.Setting("page-cluster"));
        await New().RemoveAsync(Cancellation);
        Assert.Equal("1", host.Setting("page-cluster"));
    }

    [Fact]
    public async Task What_was_cut_short_before_it_was_swap_is_undone_by_the_next()
    {
        // No failure that is told and cleaned up after, but an end on the way.
        host.Fault = new InvalidOperationException("killed");
        await Assert.ThrowsAsync<InvalidOperationException>(() => New().EnsureAsync(Size, Cancellation));
        Assert.Equal(Size, host.BytesOf("zram0"));

        await New().EnsureAsync(null, Cancellation);
        host.Settle();
        Assert.Equal(0, host.BytesOf("zram0"));
        Assert.False(File.Exists(host.Note));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_claim_that_was_cut_short_is_undone_and_one_that_was_not_made_yet_is_nobodys(bool claimed)
    {
        new ZramNote("zram0", Size, Guid.NewGuid(), Added: false).Write(host.Note);
        if (claimed)
        {
            host.Take("zram0", Size);
        }
        await New().RemoveAsync(Cancellation);
        Assert.Equal(claimed ? "1" : "0", await File.ReadAllTextAsync(Path.Combine(host.Root, "sys/block/zram0/reset"), Cancellation));
        Assert.False(File.Exists(host.Note));
    }

    [Fact]
    public async Task After_a_restart_of_the_host_a_device_of_the_same_name_is_somebody_elses()
    {
        await New().EnsureAsync(Size, Cancellation);
        host.Reboot();
        var theirs = new ZramSwap(Directory.CreateDirectory(Path.Combine(host.Root, "other")).FullName, host, TimeProvider.System);
        await theirs.EnsureAsync(Size, Cancellation);
        Assert.Equal(["zram0"], host.Swaps);

        await New().RemoveAsync(Cancellation);
        host.Settle();
        Assert.Equal(["zram0"], host.Swaps);
        Assert.False(File.Exists(host.Note));
    }

    [Fact]
    public async Task What_does_not_fit_into_memory_stays_and_is_told_and_the_next_undoing_tries_again()
    {
        await New().EnsureAsync(Size, Cancellation);
        host.Fault = new IOException("Cannot allocate memory");
        var failure = await Assert.ThrowsAsync<DormouseException>(() => New().RemoveAsync(Cancellation));
        Assert.Equal("DM3423", failure.Code);
        Assert.Contains("Cannot allocate memory", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["zram0"], host.Swaps);

        await New().RemoveAsync(Cancellation);
        host.Settle();
        Assert.Empty(host.Swaps);
    }

    [Fact]
    public async Task What_the_kernel_refuses_is_told_and_leaves_nothing()
    {
        host.Fault = new IOException("Invalid argument");
        var failure = await Assert.ThrowsAsync<DormouseException>(() => New().EnsureAsync(Size, Cancellation));
        Assert.Equal("DM3422", failure.Code);
        host.Settle();
        Assert.Equal(0, host.BytesOf("zram0"));
        Assert.False(File.Exists(host.Note));
    }

    [Fact]
    public async Task An_ordinary_user_is_told_that_it_needs_root()
    {
        host.MaySetUp = false;
        Assert.Equal("DM3420", (await Assert.ThrowsAsync<DormouseException>(() => New().EnsureAsync(Size, Cancellation))).Code);
        // And needs nothing where nothing was asked for.
        await New().EnsureAsync(null, Cancellation);
    }

    [Fact]
    public async Task A_kernel_without_it_is_told_and_one_that_has_it_as_a_module_is_not()
    {
        using var bare = new FakeZram(devices: 0);
        var swap = new ZramSwap(bare.Data, bare, TimeProvider.System);
        Assert.Equal("DM3421", (await Assert.ThrowsAsync<DormouseException>(() => swap.EnsureAsync(Size, Cancellation))).Code);
        bare.DevicesOfModule = 1;
        await swap.EnsureAsync(Size, Cancellation);
        Assert.Equal(["zram0"], bare.Swaps);
    }

    [Fact]
    public async Task A_damaged_note_is_as_good_as_none()
    {
        await File.WriteAllTextAsync(host.Note, "{", Cancellation);
        await New().EnsureAsync(Size, Cancellation);
        Assert.Equal(["zram0"], host.Swaps);
    }

    private ZramSwap New() => new(host.Data, host, TimeProvider.System);
}
