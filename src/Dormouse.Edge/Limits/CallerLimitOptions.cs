namespace Dormouse.Edge.Limits;

/// <summary>
/// What one key and one address may ask for. An address of IPv6 stands for its /64, which is what one customer gets. Addresses of this
/// machine are not counted: a proxy and any number of apps share them.
/// </summary>
public sealed class CallerLimitOptions
{
    // More than any machine answers, and few enough for a clock that counts tenths of microseconds.
    private const int RateMax = 10_000_000;

    /// <summary>
    /// Requests a second of one key; twice as many at once after a pause. 0: no limit. What a key may ask for is a matter of what was agreed;
    /// 100,000 is more than two cores answer from the cache, so it stops a flood on a large machine and nothing else.
    /// </summary>
    public int RequestsPerSecondPerKey { get; set; } = 100_000;

    /// <summary>
    /// Requests of one key in flight, the ones that wait for a connection included. As many as its database may have: one key for each
    /// is the rule. Lower it where several share one.
    /// </summary>
    public int MaxRequestsPerKey { get; set; } = 1_000;

    /// <summary>
    /// Requests a second of one address, whatever their keys; twice as many at once after a pause. 0: no limit. 10,000 is ten busy app
    /// servers behind one address.
    /// </summary>
    public int RequestsPerSecondPerAddress { get; set; } = 10_000;

    /// <summary>Requests of one address in flight: half of what the platform takes, so that no address alone can fill it.</summary>
    public int MaxRequestsPerAddress { get; set; } = 2_000;

    /// <summary>
    /// Open sockets of one address: as many as it may have requests in flight. A proxy that is trusted has no bound of its own.
    /// </summary>
    public int MaxConnectionsPerAddress { get; set; } = 2_000;

    /// <summary>
    /// Requests with a wrong key that an address may send in a minute. Above it keys that are not in use are not even looked up. 60: an
    /// app with an old key that asks every second is told what is wrong, and a guesser costs the store a look-up a second.
    /// </summary>
    public int FailedKeysPerMinute { get; set; } = 60;

    /// <summary>
    /// Keys, and addresses, that are counted apart; those beyond share one account. An entry costs some 150 bytes and goes once it is
    /// idle, so 65,536 are more than a machine has sockets.
    /// </summary>
    public int CallersMax { get; set; } = 65_536;

    internal void Validate(List<string> errors)
    {
        if (RequestsPerSecondPerKey is < 0 or > RateMax || RequestsPerSecondPerAddress is < 0 or > RateMax)
        {
            errors.Add($"RequestsPerSecondPerKey and RequestsPerSecondPerAddress must be from 0 to {RateMax}.");
        }
        if (MaxRequestsPerKey < 1 || MaxRequestsPerAddress < 1 || MaxConnectionsPerAddress < 1)
        {
            errors.Add("MaxRequestsPerKey, MaxRequestsPerAddress and MaxConnectionsPerAddress must be 1 at least.");
        }
        if (FailedKeysPerMinute is < 1 or > RateMax || CallersMax < 1)
        {
            errors.Add($"FailedKeysPerMinute must be from 1 to {RateMax}, and CallersMax 1 at least.");
        }
    }
}
