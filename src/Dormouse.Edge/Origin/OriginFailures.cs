using Dormouse.Contracts;

namespace Dormouse.Edge.Origin;

/// <summary>What can go wrong between an edge and its origin. The texts are shown to clients.</summary>
internal static class OriginFailures
{
    public const string AwayCode = "DM4070";
    public const string RefusedCode = "DM4071";
    public const string LookUpsCode = "DM4072";
    public const string CaFileCode = "DM4073";

    public static DormouseException Away(Exception? cause) =>
        new(
            FailureKind.Compute,
            AwayCode,
            "This edge cannot reach the platform behind it, and has no answer of its own that it may give. Nothing was begun; try again.",
            cause
        );

    public static DormouseException Refused() =>
        new(
            FailureKind.Compute,
            RefusedCode,
            "The platform behind this edge does not know the edge. Nothing was begun; its operator has to give it another token."
        );

    public static DormouseException TooManyLookUps(int most) =>
        new(
            FailureKind.RateLimited,
            LookUpsCode,
            $"More than {most} API keys that this edge does not know are being looked up at this moment. Try again in a second."
        );

    public static DormouseException CaFile(string file, Exception cause) =>
        new(
            FailureKind.Host,
            CaFileCode,
            $"The file '{file}' holds no certificates in PEM form. Name the CA of the origin's certificate with --origin-ca.",
            cause
        );

    /// <summary>Whether the origin has surely not begun what it was asked.</summary>
    public static bool IsBefore(Exception failure) => failure is DormouseException { Code: AwayCode or RefusedCode or LookUpsCode };
}

/// <summary>What the origin said and is no success, to be passed on as it is.</summary>
internal sealed class ForwardedFailure(OriginReply reply, byte[] body) : Exception("The origin refused the request.")
{
    public OriginReply Reply { get; } = reply;

    public byte[] Body { get; } = body;
}
