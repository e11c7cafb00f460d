using System.Net.Sockets;

namespace Dormouse.Postgres.Wire;

/// <summary>The failures of this project with their texts: what, the value, what to do.</summary>
internal static class WireFault
{
    public const int ParametersMax = ushort.MaxValue;

    public static ServerConnectionException Unreachable(ServerLogin login, SocketException cause)
    {
        string why = login.Tcp is null
            ? $"{cause.Message}. Check that the instance runs and that its socket exists."
            : cause.SocketErrorCode switch
            {
                SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain =>
                    $"the name '{login.Tcp.Host}' leads nowhere ({cause.Message}). Check its spelling, and that this machine can resolve it.",
                SocketError.ConnectionRefused =>
                    "the connection was refused. Check the host and the port, that PostgreSQL runs there, and that it listens to more than its own "
                        + "machine (listen_addresses).",
                _ => $"{cause.Message}. Check the host and the port, and that no firewall is in between.",
            };
        return new(ServerFailure.Unreachable, "DM5001", $"No PostgreSQL answers at {login.Address}: {why}", cause);
    }

    public static ServerConnectionException ConnectTimedOut(string address, TimeSpan timeout) =>
        new(
            ServerFailure.ConnectTimedOut,
            "DM5002",
            $"PostgreSQL at {address} did not finish the log-in within ConnectTimeout ({timeout.TotalSeconds:0.###} s). "
                + "The host may be short of CPU, the instance frozen, or a firewall in between that swallows what is sent."
        );

    public static ServerConnectionException Authentication(string what) =>
        new(
            ServerFailure.Authentication,
            "DM5003",
            $"The log-in was given up: {what}. Check that the server is the right one and that its pg_hba.conf asks for scram-sha-256."
        );

    public static ServerConnectionException Protocol(string what) =>
        new(
            ServerFailure.Protocol,
            "DM5004",
            $"The server broke the protocol: {what}. The connection was closed; check that a PostgreSQL 14 or later answers there."
        );

    public static ServerConnectionException Lost(string what, Exception? cause) =>
        new(
            ServerFailure.Lost,
            "DM5005",
            $"The connection to PostgreSQL was lost: {what}. Whether the last command took effect is unknown; see the instance's log.",
            cause
        );

    public static ServerConnectionException CommandTimedOut(TimeSpan timeout, Exception? cause) =>
        new(
            ServerFailure.CommandTimedOut,
            "DM5006",
            $"The command ran longer than CommandTimeout ({timeout.TotalSeconds:0.###} s) and was cancelled. Make it cheaper or raise CommandTimeout.",
            cause
        );

    public static ServerConnectionException TooManyParameters(int count) =>
        new(
            ServerFailure.TooManyParameters,
            "DM5007",
            $"The statement has {count} parameters; PostgreSQL's protocol carries at most {ParametersMax}. Split the list into several statements."
        );

    public static ServerConnectionException Misuse(string what) => new(ServerFailure.Misuse, "DM5008", what);

    public static ServerConnectionException CopyUnsupported() =>
        new(
            ServerFailure.CopyUnsupported,
            "DM5009",
            "COPY from STDIN or to STDOUT is not supported here. Use INSERT and SELECT, or a PostgreSQL driver over a direct connection."
        );

    public static ServerConnectionException RequestTooLarge(long bytes, int max) =>
        new(
            ServerFailure.MessageTooLarge,
            "DM5010",
            $"The statement and its parameters take at least {bytes} bytes; MessageBytesMax is {max}. Nothing was sent: split it, or raise the bound."
        );

    public static ServerConnectionException AnswerTooLarge(long bytes, int max) =>
        new(
            ServerFailure.MessageTooLarge,
            "DM5010",
            $"The server sends one message (a row, as a rule) of {bytes} bytes; MessageBytesMax is {max}. Select less, or raise the bound."
        );

    public static ServerConnectionException PoolTimedOut(ServerLogin login, PoolOptions options, PoolCounts counts) =>
        new(
            ServerFailure.PoolTimedOut,
            "DM5011",
            $"No connection to {login.Address} became free within WaitTimeout ({options.WaitTimeout.TotalSeconds:0.###} s): all {counts.Open} of "
                + $"ConnectionsMax ({options.ConnectionsMax}) are in use and {counts.Waiting} callers wait. "
                + "Shorten long transactions, send less at once, or raise ConnectionsMax."
        )
        {
            PoolSize = options.ConnectionsMax,
        };

    public static ServerConnectionException PoolClosed(ServerLogin login) =>
        new(
            ServerFailure.PoolClosed,
            "DM5012",
            $"The pool of {login.Address} is closed, because its instance stops. Take a new lease and rent again."
        );

    public static ServerConnectionException PoolQueueFull(ServerLogin login, PoolOptions options) =>
        new(
            ServerFailure.PoolQueueFull,
            "DM5013",
            $"{options.WaitersMax} callers (WaitersMax) wait for {login.Address} already. Try again later, or send less at once."
        )
        {
            PoolSize = options.ConnectionsMax,
        };

    public static ServerConnectionException BadLogin(string what) => new(ServerFailure.BadLogin, "DM5014", what);

    public static ServerConnectionException NulInText(int position) =>
        new(
            ServerFailure.NulInText,
            "DM5015",
            $"The SQL text holds a NUL character at position {position}; PostgreSQL's protocol ends a text there. Nothing was sent: remove it."
        );

    public static ServerConnectionException TlsNotOffered(string address) =>
        new(
            ServerFailure.Tls,
            "DM5016",
            $"The server at {address} offers no TLS. Switch it on there (ssl = on), or, where the way to the server is safe by itself, say "
                + "sslmode=disable."
        );

    public static ServerConnectionException TlsFailed(string address, Exception cause) =>
        new(
            ServerFailure.Tls,
            "DM5016",
            $"The TLS handshake with {address} failed: {cause.Message} The server must speak TLS 1.2 or 1.3 there.",
            cause
        );

    public static ServerConnectionException CertificateRefused(string address, string why, Exception cause) =>
        new(
            ServerFailure.Tls,
            "DM5017",
            $"The certificate of {address} is not accepted: {why}. To give up knowing who answers there, say --tls-no-verify.",
            cause
        );
}
