namespace Dormouse.Postgres;

/// <summary>
/// The way to the server failed, or this library was misused; the server itself did not say no (that is a
/// <see cref="PostgresException"/>). This project references nothing, so callers map <see cref="Failure"/> to their own failure kinds.
/// </summary>
public sealed class ServerConnectionException(ServerFailure failure, string code, string message, Exception? cause = null)
    : Exception(message, cause)
{
    public ServerFailure Failure { get; } = failure;

    /// <summary>A stable code such as <c>DM5001</c>; each has a page in <c>docs/diagnostics</c>.</summary>
    public string Code { get; } = code;

    /// <summary>For failures of a pool: how many connections it may have.</summary>
    public int? PoolSize { get; init; }
}

/// <summary>Which part failed.</summary>
public enum ServerFailure
{
    /// <summary>DM5001: nobody answers at the address. Nothing was sent.</summary>
    Unreachable,

    /// <summary>DM5002: no connection within the time allowed. Nothing was sent.</summary>
    ConnectTimedOut,

    /// <summary>DM5003: the server could not prove that it knows the secret, or wanted a weak method.</summary>
    Authentication,

    /// <summary>DM5004: the server broke the protocol. The connection is closed.</summary>
    Protocol,

    /// <summary>DM5005: the connection was lost. Whether a command in flight took effect is unknown.</summary>
    Lost,

    /// <summary>DM5006: the command ran longer than allowed and was cancelled.</summary>
    CommandTimedOut,

    /// <summary>DM5007: more parameters than the protocol can carry. Nothing was sent.</summary>
    TooManyParameters,

    /// <summary>DM5008: two commands at once on one connection, or use after the return to the pool.</summary>
    Misuse,

    /// <summary>DM5009: COPY from or to the client is not supported. The connection stays usable.</summary>
    CopyUnsupported,

    /// <summary>DM5010: a message is larger than allowed.</summary>
    MessageTooLarge,

    /// <summary>DM5011: no pooled connection became free in time.</summary>
    PoolTimedOut,

    /// <summary>DM5012: the pool is closed, because the instance stops.</summary>
    PoolClosed,

    /// <summary>DM5013: too many callers wait for the pool already.</summary>
    PoolQueueFull,

    /// <summary>DM5014: the login cannot be used: the socket's path is empty or too long.</summary>
    BadLogin,

    /// <summary>DM5015: the SQL text holds a NUL character. Nothing was sent.</summary>
    NulInText,

    /// <summary>DM5016, DM5017: TLS is not offered, or its certificate not accepted. Nothing was sent.</summary>
    Tls,
}
