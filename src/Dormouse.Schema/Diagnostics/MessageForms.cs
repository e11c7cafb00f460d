namespace Dormouse.Schema.Diagnostics;

/// <summary>The sentences that all messages are built into.</summary>
internal static class MessageForms
{
    public static Diagnostic Error(string message, SourceSpan span) => new(Severity.Error, message, span);

    public static Diagnostic Warning(string message, SourceSpan span) => new(Severity.Warning, message, span);

    public static Diagnostic Validation(string message, SourceSpan span) => Error($"Error validating: {message}", span);

    public static Diagnostic Attribute(string attribute, string message, SourceSpan span) =>
        Error($"Error parsing attribute \"{attribute}\": {message}", span);

    /// <summary>About a model or a view as a whole.</summary>
    public static Diagnostic Block(string kind, string name, string message, SourceSpan span) =>
        Error($"Error validating {kind} \"{name}\": {message}", span);

    public static Diagnostic Field(string kind, string block, string field, string message, SourceSpan span) =>
        Error($"Error validating field `{field}` in {kind} `{block}`: {message}", span);

    public static Diagnostic Datasource(string name, string message, SourceSpan span) =>
        Error($"Error validating datasource `{name}`: {message}", span);
}
