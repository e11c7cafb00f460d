namespace Dormouse.Postgres;

/// <summary>How a server connection behaves. The defaults suit an instance on the same host.</summary>
public sealed record ServerConnectionOptions
{
    /// <summary>
    /// Bound on connecting, start-up and authentication together. 15 s is libpq's customary value: an instance that replays its log
    /// after a crash refuses at once rather than hanging, so this is only reached when the host is starved.
    /// </summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// After this time a running command is cancelled on the server. Infinite by default: whoever serves the request knows its
    /// deadline and passes it as the cancellation token.
    /// </summary>
    public TimeSpan CommandTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>
    /// How long to wait for the server's answer to a cancellation before the connection is given up. PostgreSQL answers within
    /// milliseconds unless it is in a long uninterruptible step; 5 s leaves room for a starved host.
    /// </summary>
    public TimeSpan CancelTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Largest message accepted from or sent to the server. PostgreSQL's own bound is 1 GiB; one row of 64 MiB is more than a JSON
    /// answer can reasonably carry, and the bound keeps one query from taking the platform's memory.
    /// </summary>
    public int MessageBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>Prepared statements kept per connection; the least recently used is closed. 100 is what Prisma's own engine used.</summary>
    public int StatementsMax { get; init; } = 100;

    /// <summary>
    /// Longer SQL texts are not kept as prepared statements: such texts are generated lists that hardly ever come twice. 16 Ki
    /// characters bound the cache's memory to a few MiB per connection.
    /// </summary>
    public int StatementCharsMax { get; init; } = 16 * 1024;

    /// <summary>
    /// Refuse a server that lets us in without proving that it knows the secret. When false, a server may ask for nothing
    /// (<c>trust</c>), for an MD5 password, or, where its certificate was verified, for the password in clear text.
    /// </summary>
    public bool RequireScram { get; init; } = true;

    /// <summary>Largest SCRAM iteration count that a server may ask for, so that it cannot make us burn CPU. PostgreSQL's default is 4096.</summary>
    public int ScramIterationsMax { get; init; } = 100_000;

    /// <summary>Shown in <c>pg_stat_activity</c>.</summary>
    public string ApplicationName { get; init; } = "dormouse";

    /// <summary>
    /// Further settings sent at start-up, after the ones that the text format of results depends on (<c>client_encoding</c>,
    /// <c>DateStyle</c>, <c>IntervalStyle</c>, <c>TimeZone</c>, <c>bytea_output</c>, <c>extra_float_digits</c>, <c>lc_monetary</c>) and that of SQL texts
    /// (<c>standard_conforming_strings</c>).
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
