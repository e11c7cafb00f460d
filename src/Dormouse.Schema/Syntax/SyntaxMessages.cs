using Dormouse.Schema.Diagnostics;

namespace Dormouse.Schema.Syntax;

/// <summary>What the parser says; one constructor a message.</summary>
internal static class SyntaxMessages
{
    private static readonly string[] Keywords = ["model", "enum", "view", "type", "datasource", "generator"];

    public static Diagnostic UnknownLine(SourceSpan span) =>
        Validation("This line is invalid. It does not start with any known Prisma schema keyword.", span);

    public static Diagnostic UnknownBlock(string keyword, SourceSpan span) =>
        Validation(
            "This block is invalid. It does not start with any known Prisma schema keyword. Valid keywords include 'model', 'enum', "
                + $"'type', 'datasource' and 'generator'.{Spelling.Suggestion(keyword, Keywords)}",
            span
        );

    public static Diagnostic TypeAlias(SourceSpan span) =>
        Validation("Invalid type definition. Please check the documentation in https://pris.ly/d/composite-types", span);

    public static Diagnostic BlockWithoutName(string keyword, SourceSpan span) =>
        Validation($"This block is invalid. Expected a name and an opening brace behind `{keyword}`.", span);

    public static Diagnostic BlockWithoutBrace(string keyword, string name, SourceSpan span) =>
        Validation(
            $"This block is invalid. Expected an opening brace behind `{keyword} {name}`, and the contents on the following lines.",
            span
        );

    public static Diagnostic BlockNotClosed(string kind, string name, SourceSpan span) =>
        Validation($"The {kind} \"{name}\" is not closed. Expected `}}` on a line of its own.", span);

    public static Diagnostic BraceOnContentLine(SourceSpan span) =>
        Validation("The closing brace of a block must stand on a line of its own.", span);

    public static Diagnostic InvalidModelLine(SourceSpan span) =>
        Validation("This line is not a valid field or attribute definition.", span);

    public static Diagnostic InvalidEnumLine(SourceSpan span) => Validation("This line is not an enum value definition.", span);

    public static Diagnostic InvalidConfigurationLine(string keyword, SourceSpan span) =>
        Validation($"This line is not a valid definition within a {keyword}.", span);

    public static Diagnostic LineBreakInArguments(SourceSpan span) =>
        Validation("The arguments of an attribute must stand on one line. Expected `)` before the end of the line.", span);

    public static Diagnostic FieldWithoutType(string kind, string name, SourceSpan span) =>
        Error($"Error validating {kind} \"{name}\": This field declaration is invalid. It is either missing a name or a type.", span);

    public static Diagnostic LegacyColon(SourceSpan span) => Error("Field declarations don't require a `:`.", span);

    public static Diagnostic LegacyList(SourceSpan span) => Error("To specify a list, please use `Type[]` instead of `[Type]`.", span);

    public static Diagnostic LegacyRequired(SourceSpan span) => Error("Fields are required by default, `!` is no longer required.", span);

    public static Diagnostic OptionalList(SourceSpan span) =>
        Error("Optional lists are not supported. Use either `Type[]` or `Type?`.", span);

    public static Diagnostic UnknownEscape(SourceSpan span) =>
        Error("Unknown escape sequence. If the value is a windows-style path, `\\` must be escaped as `\\\\`.", span);

    public static Diagnostic InvalidUnicodeEscape(SourceSpan span) => Error("Invalid unicode escape sequence.", span);

    public static Diagnostic TooDeep(int limit, SourceSpan span) =>
        Error($"Arguments are nested more than {limit} deep. Expected a value that is not nested.", span);

    public static Diagnostic TooLong(int length, int limit, SourceSpan span) =>
        Error($"The schema has {length} characters; at most {limit} are read.", span);

    private static Diagnostic Error(string message, SourceSpan span) => new(Severity.Error, message, span);

    private static Diagnostic Validation(string message, SourceSpan span) => Error("Error validating: " + message, span);
}
