namespace Dormouse.Memory;

/// <summary>
/// Decides when there may be memory to give back: enough was used since it was done last, and next to none of that in the last spell.
/// Giving back stops all threads for tens of milliseconds, so it is done seldom, and never while there is work.
/// </summary>
internal sealed class QuietSpell(long allocatedBytes)
{
    /// <summary>How long it must have been quiet: longer than the pauses within most work, and soon enough for the databases.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(15);

    /// <summary>What a platform may use in a spell and still count as quiet: some twenty small queries a second, or looking after a few thousand sleepers.</summary>
    public const long QuietBytes = 8 * 1024 * 1024;

    /// <summary>Less is not worth the pause: with all workers together it is what the youngest generation starts with.</summary>
    public const long WorthBytes = 64 * 1024 * 1024;

    private long lastLook = allocatedBytes;
    private long lastGift = allocatedBytes;

    /// <summary>Asked once a spell. Where it says yes, memory is given back.</summary>
    /// <param name="allocated">All that was ever allocated, in bytes.</param>
    public bool HasSpare(long allocated)
    {
        bool isQuiet = allocated - lastLook <= QuietBytes;
        lastLook = allocated;
        if (!isQuiet || allocated - lastGift < WorthBytes)
        {
            return false;
        }
        lastGift = allocated;
        return true;
    }
}
