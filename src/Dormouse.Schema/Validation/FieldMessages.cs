using Dormouse.Schema.Binding;
using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;

namespace Dormouse.Schema.Validation;

/// <summary>What the rules say about a single scalar field.</summary>
internal static class FieldMessages
{
    public static Diagnostic TypePrefix(string given, string datasource, string type, SourceSpan span) =>
        MessageForms.Error(
            $"The prefix {given} is invalid. It must be equal to the name of an existing datasource e.g. {datasource}. "
                + $"Did you mean to use {datasource}.{type}?",
            span
        );

    public static Diagnostic UnknownNativeType(string type, string suggestion, SourceSpan span) =>
        MessageForms.Error($"Native type {type} is not supported for postgresql connector.{suggestion}", span);

    public static Diagnostic NoTypeArguments(string type, int given, SourceSpan span) =>
        MessageForms.Error($"Function \"{type}\" takes 0 arguments, but received {given}.", span);

    public static Diagnostic TooManyTypeArguments(string type, int most, int given, SourceSpan span) =>
        MessageForms.Error($"Native type {type} takes {most} optional arguments, but received {given}.", span);

    public static Diagnostic IncompatibleType(string type, ScalarType declared, ScalarType expected, SourceSpan span) =>
        MessageForms.Error(
            $"Native type {type} is not compatible with declared field type {ScalarTypes.Name(declared)}, expected field type "
                + $"{ScalarTypes.Name(expected)}.",
            span
        );

    public static Diagnostic TypeArgumentValue(int count, string shown, SourceSpan span) =>
        MessageForms.Error($"Expected {(count == 2 ? "two nonnegative integers" : "a nonnegative integer")}, but found ({shown}).", span);

    public static Diagnostic ScaleAbovePrecision(NativeType type, SourceSpan span) =>
        MessageForms.Error($"The scale must not be larger than the precision for the {Compact(type)} native type in Postgres.", span);

    public static Diagnostic TypeArgumentRange(NativeType type, string range, SourceSpan span) =>
        MessageForms.Error($"Argument M is out of range for native type `{Compact(type)}` of Postgres: {range}", span);

    public static Diagnostic SupportedType(FieldEntry field, ScalarType scalar, string datasource, NativeType type) =>
        MessageForms.Validation(
            $"The type `Unsupported(\"{field.Scalar!.UnsupportedType}\")` you specified in the type definition for the field "
                + $"`{field.Name}` is supported as a native type by Prisma. Please use the native type notation "
                + $"`{ScalarTypes.Name(scalar)} @{datasource}.{Compact(type)}` for full support.",
            field.Syntax.Span
        );

    private static string Compact(NativeType type) => type.ToString().Replace(", ", ",", StringComparison.Ordinal);
}
