namespace Dormouse.Contracts;

/// <summary>Names of metrics that one role records and another shows.</summary>
public static class WorkMetrics
{
    public const string RequestDuration = "dormouse.edge.request.duration";
    public const string WakeWait = "dormouse.edge.wake_wait.duration";

    /// <summary>The tag of both that tells how it ended.</summary>
    public const string Outcome = "dormouse.outcome";

    /// <summary>Its value for what ended as it should.</summary>
    public const string Ok = "ok";
}
