namespace Dormouse.Contracts;

/// <summary>
/// Who failed. Set where the failure happens; it alone decides the HTTP status, the log level and whether a caller may try again.
/// </summary>
public enum FailureKind
{
    /// <summary>The request is wrong; the same request fails again.</summary>
    Caller,

    /// <summary>No, unknown, expired or revoked credential.</summary>
    Auth,

    /// <summary>The thing named does not exist.</summary>
    NotFound,

    /// <summary>The thing exists already, or is in a state that forbids this.</summary>
    Conflict,

    /// <summary>The client went away before the answer.</summary>
    ClientGone,

    /// <summary>Too many requests at this moment; try again later.</summary>
    RateLimited,

    /// <summary>A bound of the plan or of the platform was reached.</summary>
    Quota,

    /// <summary>The instance could not be woken.</summary>
    ComputeAsleep,

    /// <summary>The instance died or the connection to it broke.</summary>
    Compute,

    /// <summary>PostgreSQL answered with an error.</summary>
    Postgres,

    /// <summary>The control store is away.</summary>
    ControlPlane,

    /// <summary>The host lacks something that the platform needs.</summary>
    Host,

    /// <summary>A defect of Dormouse.</summary>
    Internal,
}

/// <summary>
/// A failure with a message that was written for the person who reads it: what went wrong, the value concerned, and what to do.
/// The cause, if any, is the inner exception and goes to the log only.
/// </summary>
public sealed class DormouseException(FailureKind kind, string code, string message, Exception? cause = null) : Exception(message, cause)
{
    public FailureKind Kind { get; } = kind;

    /// <summary>A stable code such as <c>DM3001</c>; each has a page in <c>docs/diagnostics</c>.</summary>
    public string Code { get; } = code;
}
