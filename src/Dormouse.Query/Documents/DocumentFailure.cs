using Dormouse.Query.Failures;

namespace Dormouse.Query.Documents;

/// <summary>Documents that no client sends.</summary>
internal static class DocumentFailure
{
    public static PlanException Malformed(string message, Exception? cause = null) =>
        new("P2009", $"The query cannot be read: {message}", default, cause);
}
