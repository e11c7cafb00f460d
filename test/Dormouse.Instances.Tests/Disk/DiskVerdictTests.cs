using Dormouse.Contracts;
using Dormouse.Instances.Disk;

namespace Dormouse.Instances.Tests.Disk;

public sealed class DiskVerdictTests
{
    private const long Mebibyte = 1 << 20;

    [Fact]
    public void Those_who_wrote_at_the_beginning_of_a_stay_may_write_until_they_are_ended_and_whoever_grows_from_there_may_only_drop()
    {
        var stay = new HardStay(0);

        Assert.Equal(DiskRule.ReadAndDelete, stay.At(100 * Mebibyte, isSettled: false));
        Assert.Equal(DiskRule.ReadAndDelete, stay.At(900 * Mebibyte, isSettled: false));
        Assert.Equal(DiskRule.ReadAndDelete, stay.At(900 * Mebibyte, isSettled: true));
        Assert.Equal(DiskRule.ReadAndDelete, stay.At(964 * Mebibyte, isSettled: true));
        Assert.Equal(DiskRule.ReadAndDrop, stay.At(965 * Mebibyte, isSettled: true));
        // It has made some room, as the new files of a VACUUM FULL that was ended do when they go, and that is what it may keep.
        Assert.Equal(DiskRule.ReadAndDelete, stay.At(200 * Mebibyte, isSettled: true));
        Assert.Equal(DiskRule.ReadAndDrop, stay.At(265 * Mebibyte, isSettled: true));
    }

    [Fact]
    public void Each_verdict_says_what_goes_on_and_what_makes_room()
    {
        var limit = new DiskLimit(32 * Mebibyte, 96 * Mebibyte);

        string[] texts =
        [
            new DiskVerdict(DiskRule.NoGrowth, limit).Why(33 * Mebibyte),
            new DiskVerdict(DiskRule.ReadAndDelete, limit).Why(97 * Mebibyte),
            new DiskVerdict(DiskRule.ReadAndDrop, limit).Why(197 * Mebibyte),
            new DiskVerdict(DiskRule.ReadAndDelete, null).Why(1),
        ];

        Assert.StartsWith(
            "The database takes 33.0 MiB of disk, and 32.0 MiB are allowed. Reading and deleting go on.",
            texts[0],
            StringComparison.Ordinal
        );
        Assert.Contains("hard limit of 96.0 MiB, so what reads cannot write by its functions", texts[1], StringComparison.Ordinal);
        Assert.EndsWith("Reading goes on, and DROP makes room.", texts[2], StringComparison.Ordinal);
        Assert.StartsWith("The disk of the host is nearly full", texts[3], StringComparison.Ordinal);
    }
}
