using System.Text;
using System.Text.Json;
using Dormouse.Query.Failures;

namespace Dormouse.Query.Inputs.Faults;

/// <summary>Input that has the right form and still makes no sense (P2019).</summary>
internal static class InputFailure
{
    public static PlanException Of(string details) =>
        new("P2019", "Input error. " + details, Encoding.UTF8.GetBytes($"{{\"details\":\"{JsonEncodedText.Encode(details)}\"}}"));
}
