namespace Dormouse.Edge.Metrics;

/// <summary>What requests are told apart by: the protocol of their client.</summary>
internal static class ProtocolTag
{
    /// <summary>Clients 5 and 6.</summary>
    public const string A = "a";

    /// <summary>Client 7.</summary>
    public const string B = "b";

    /// <summary>What clients of all versions send, such as <c>/invalidate</c>.</summary>
    public const string Other = "other";
}
