using Dormouse.Edge;

namespace Dormouse.Roles;

/// <summary>A limit of the front door that <c>up</c> can change, by a number. What it means and why its default is so says the option.</summary>
/// <param name="Name">The switch.</param>
/// <param name="Unit">What the number counts, as the help shows it.</param>
/// <param name="Description">For the help, without the default.</param>
/// <param name="Get">Reads it.</param>
/// <param name="Set">Changes it.</param>
internal sealed record UpLimit(string Name, string Unit, string Description, Func<EdgeOptions, double> Get, Action<EdgeOptions, double> Set)
{
    private const double Kibibyte = 1024;
    private const double Mebibyte = 1024 * 1024;

    public static readonly IReadOnlyList<UpLimit> All =
    [
        new(
            "--requests-per-key",
            "N",
            "Requests a second of one API key; 0: no limit.",
            edge => edge.Callers.RequestsPerSecondPerKey,
            (edge, value) => edge.Callers.RequestsPerSecondPerKey = (int)value
        ),
        new(
            "--in-flight-per-key",
            "N",
            "Requests of one API key in flight.",
            edge => edge.Callers.MaxRequestsPerKey,
            (edge, value) => edge.Callers.MaxRequestsPerKey = (int)value
        ),
        new(
            "--in-flight-per-database",
            "N",
            "Requests of one database in flight.",
            edge => edge.Limits.MaxRequestsPerDatabase,
            (edge, value) => edge.Limits.MaxRequestsPerDatabase = (int)value
        ),
        new(
            "--in-flight",
            "N",
            "Requests in flight in all.",
            edge => edge.Limits.MaxRequests,
            (edge, value) => edge.Limits.MaxRequests = (int)value
        ),
        new(
            "--requests-per-address",
            "N",
            "Requests a second of one address, but for this machine; 0: no limit.",
            edge => edge.Callers.RequestsPerSecondPerAddress,
            (edge, value) => edge.Callers.RequestsPerSecondPerAddress = (int)value
        ),
        new(
            "--in-flight-per-address",
            "N",
            "Requests of one address in flight, but for this machine.",
            edge => edge.Callers.MaxRequestsPerAddress,
            (edge, value) => edge.Callers.MaxRequestsPerAddress = (int)value
        ),
        new(
            "--connections-per-address",
            "N",
            "Open sockets of one address, but for this machine and trusted proxies.",
            edge => edge.Callers.MaxConnectionsPerAddress,
            (edge, value) => edge.Callers.MaxConnectionsPerAddress = (int)value
        ),
        new(
            "--connections",
            "N",
            "Open sockets in all.",
            edge => edge.Connections.MaxConnections,
            (edge, value) => edge.Connections.MaxConnections = (int)value
        ),
        new(
            "--failed-keys",
            "N",
            "Requests with a wrong API key that one address may send in a minute.",
            edge => edge.Callers.FailedKeysPerMinute,
            (edge, value) => edge.Callers.FailedKeysPerMinute = (int)value
        ),
        new(
            "--refusals",
            "N",
            "Statements of one database in a second that are refused since it may not grow, before answers to them come later.",
            edge => edge.Limits.RefusalsPerSecond,
            (edge, value) => edge.Limits.RefusalsPerSecond = (int)value
        ),
        new(
            "--max-body",
            "MIB",
            "Largest request body.",
            edge => edge.Limits.MaxBodyBytes / Mebibyte,
            (edge, value) => edge.Limits.MaxBodyBytes = (int)(value * Mebibyte)
        ),
        new(
            "--max-answer",
            "MIB",
            "Largest answer.",
            edge => edge.Limits.MaxAnswerBytes / Mebibyte,
            (edge, value) => edge.Limits.MaxAnswerBytes = (int)(value * Mebibyte)
        ),
        new(
            "--max-header-size",
            "KIB",
            "All headers of a request together.",
            edge => edge.Connections.MaxHeaderBytes / Kibibyte,
            (edge, value) => edge.Connections.MaxHeaderBytes = (int)(value * Kibibyte)
        ),
        new(
            "--max-headers",
            "N",
            "Headers of a request.",
            edge => edge.Connections.MaxHeaders,
            (edge, value) => edge.Connections.MaxHeaders = (int)value
        ),
        new(
            "--query-timeout",
            "SECONDS",
            "Time from a request's body to the first byte of its answer.",
            edge => edge.Limits.QueryTimeout.TotalSeconds,
            (edge, value) => edge.Limits.QueryTimeout = TimeSpan.FromSeconds(value)
        ),
        new(
            "--transaction-idle",
            "SECONDS",
            "How long an open interactive transaction may be asked nothing.",
            edge => edge.Transactions.IdleLimit.TotalSeconds,
            (edge, value) => edge.Transactions.IdleLimit = TimeSpan.FromSeconds(value)
        ),
        new(
            "--headers-timeout",
            "SECONDS",
            "Time for a request's headers to arrive.",
            edge => edge.Connections.HeadersTimeout.TotalSeconds,
            (edge, value) => edge.Connections.HeadersTimeout = TimeSpan.FromSeconds(value)
        ),
        new(
            "--body-timeout",
            "SECONDS",
            "Time for a request's body to arrive.",
            edge => edge.Connections.BodyTimeout.TotalSeconds,
            (edge, value) => edge.Connections.BodyTimeout = TimeSpan.FromSeconds(value)
        ),
        new(
            "--answer-timeout",
            "SECONDS",
            "Time for an answer to be read by its client.",
            edge => edge.Connections.AnswerTimeout.TotalSeconds,
            (edge, value) => edge.Connections.AnswerTimeout = TimeSpan.FromSeconds(value)
        ),
        new(
            "--min-rate",
            "BYTES",
            "Slowest body or answer, in bytes a second.",
            edge => edge.Connections.MinBytesPerSecond,
            (edge, value) => edge.Connections.MinBytesPerSecond = value
        ),
        new(
            "--keep-alive",
            "SECONDS",
            "How long a socket may stay idle between requests.",
            edge => edge.Connections.KeepAlive.TotalSeconds,
            (edge, value) => edge.Connections.KeepAlive = TimeSpan.FromSeconds(value)
        ),
    ];
}
