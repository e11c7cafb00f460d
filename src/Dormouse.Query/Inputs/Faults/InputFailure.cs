using System.Text;
using System.Text.Json;
using Dormouse.Query.Failures;

namespace Dormouse.Query.Inputs.Faults;

/// <summary>Input that has the right form and still makes no sense (P2019).</summary>
internal static class InputFailure
{
    /// <summary>A negative number of records. The engine has no code for skip.</summary>
    public static PlanException Negative(string argument, string number) =>
        argument == "limit"
            ? Of($"Provided limit ({number}) must be a positive integer.")
            : PlanFailure.Plain(
                "Error in query graph construction: "
                    + $"AssertionError(\"Invalid value for skip argument: Value can only be positive, found: {number}\")"
            );

    public static PlanException Of(string details) =>
        new("P2019", "Input error. " + details, Encoding.UTF8.GetBytes($"{{\"details\":\"{JsonEncodedText.Encode(details)}\"}}"));
}
