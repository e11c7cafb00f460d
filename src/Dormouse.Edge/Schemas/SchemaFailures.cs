using System.Globalization;
using Dormouse.Contracts;
using Dormouse.Schema.Diagnostics;

namespace Dormouse.Edge.Schemas;

/// <summary>What can be wrong with a schema that a client uploads or asks for.</summary>
internal static class SchemaFailures
{
    public const string MissingCode = "DM4015";
    public const string BrokenCode = "DM4016";
    public const string MismatchCode = "DM4017";
    public const string TooLargeCode = "DM4018";

    /// <summary>More findings than these are not sent: nobody reads the tenth before mending the first.</summary>
    private const int MaxShown = 10;

    /// <summary>Not an error to a person: the client answers it by uploading its schema.</summary>
    public static DormouseException Missing() =>
        new(FailureKind.NotFound, MissingCode, "The schema of this client has not been uploaded yet, or was put aside. Upload it again.");

    public static DormouseException Broken(IReadOnlyList<Diagnostic> diagnostics)
    {
        List<Diagnostic> errors = [.. diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error)];
        string shown = DiagnosticText.Render(errors.Take(MaxShown)).TrimEnd();
        string count = errors.Count.ToString(CultureInfo.InvariantCulture);
        string left = errors.Count > MaxShown ? $" Shown are the first {MaxShown}." : "";
        return new(
            FailureKind.Caller,
            BrokenCode,
            $"The Prisma schema of this client cannot be used.\n{shown}\n\nValidation Error Count: {count}.{left}"
        );
    }

    public static DormouseException NotText() =>
        new(FailureKind.Caller, BrokenCode, "The uploaded schema is not a text in UTF-8, encoded as base64.");

    public static DormouseException Mismatch() =>
        new(
            FailureKind.Caller,
            MismatchCode,
            "The uploaded schema does not have the hash that the request's path names. Generate the client again (prisma generate)."
        );

    public static DormouseException TooLarge(int maxBytes) =>
        new(
            FailureKind.Caller,
            TooLargeCode,
            string.Create(CultureInfo.InvariantCulture, $"The uploaded schema is larger than the {maxBytes} bytes that are allowed.")
        );
}
