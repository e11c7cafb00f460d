using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Binding;

/// <summary>What is wrong in datasource and generator blocks.</summary>
internal static class ConfigurationMessages
{
    private static readonly string[] Providers = ["postgresql", "postgres"];

    public static Diagnostic SeveralDatasources(string name, SourceSpan span) =>
        MessageForms.Datasource(
            name,
            "You defined more than one datasource. This is not allowed yet because support for multiple databases has not been "
                + "implemented yet.",
            span
        );

    public static Diagnostic MissingValue(string property, string kind, string name, SourceSpan span) =>
        MessageForms.Error($"Property {property} in {kind} {name} needs to be assigned a value", span);

    public static Diagnostic MissingInDatasource(string argument, string name, SourceSpan span) =>
        MessageForms.Error($"Argument \"{argument}\" is missing in data source block \"{name}\".", span);

    public static Diagnostic MissingInGenerator(string argument, string name, SourceSpan span) =>
        MessageForms.Error($"Argument \"{argument}\" is missing in generator block \"{name}\".", span);

    public static Diagnostic ProviderFromEnvironment(SourceSpan span) =>
        MessageForms.Error("A datasource must not use the env() function in the provider argument.", span);

    public static Diagnostic EmptyProvider(string name, SourceSpan span) =>
        MessageForms.Datasource(name, "The provider argument in a datasource must not be empty", span);

    public static Diagnostic ProviderNotText(string name, SourceSpan span) =>
        MessageForms.Datasource(name, "The provider argument in a datasource must be a string literal", span);

    public static Diagnostic UnknownProvider(string provider, SourceSpan span) =>
        MessageForms.Error($"Datasource provider not known: \"{provider}\".{Spelling.Suggestion(provider, Providers)}", span);

    public static Diagnostic OtherDatabase(string provider, SourceSpan span) =>
        MessageForms.Error($"Datasource provider not supported: \"{provider}\". Expected \"postgresql\".", span);

    public static Diagnostic UnknownProperty(string property, string suggestion, SourceSpan span) =>
        MessageForms.Error($"Property not known: \"{property}\".{suggestion}", span);

    public static Diagnostic RelationModeTwice(SourceSpan span) =>
        MessageForms.Error(
            "The `referentialIntegrity` and `relationMode` attributes cannot be used together. Please use only `relationMode` instead.",
            span
        );

    public static Diagnostic ReferentialIntegrity(SourceSpan span) =>
        MessageForms.Warning("The `referentialIntegrity` attribute is deprecated. Please use `relationMode` instead.", span);

    public static Diagnostic UnknownRelationMode(string mode, SourceSpan span) =>
        MessageForms.Datasource(
            "relationMode",
            $"Invalid relation mode setting: \"{mode}\". Supported values: \"prisma\", \"foreignKeys\"",
            span
        );

    public static Diagnostic SameAsShadow(string property, string name, SourceSpan span) =>
        MessageForms.Error(
            $"shadowDatabaseUrl is the same as {property} for datasource \"{name}\". Please specify a different database as shadow "
                + "database to avoid data loss.",
            span
        );

    public static Diagnostic PreviewFeaturesInDatasource(SourceSpan span) =>
        MessageForms.Error(
            "Preview features are only supported in the generator block. Please move this field to the generator block.",
            span
        );

    public static Diagnostic EmptySchemas(SourceSpan span) => MessageForms.Error("If provided, the schemas array can not be empty.", span);

    public static Diagnostic DuplicateSchema(SourceSpan span) => MessageForms.Error("Duplicated schema names are not allowed", span);

    public static Diagnostic UnknownPreviewFeature(string feature, SourceSpan span) =>
        MessageForms.Error(
            $"The preview feature \"{feature}\" is not known. Expected one of: {string.Join(", ", PreviewFeatures.Active)}",
            span
        );

    public static Diagnostic DeprecatedPreviewFeature(string feature, SourceSpan span) =>
        MessageForms.Warning(
            $"Preview feature \"{feature}\" is deprecated. The functionality can be used without specifying it as a preview feature.",
            span
        );

    public static Diagnostic ExtensionsWithoutFeature(SourceSpan span) =>
        MessageForms.Error("The `extensions` property is only available with the `postgresqlExtensions` preview feature.", span);

    public static Diagnostic ExtensionArgument(string argument, SourceSpan span) =>
        MessageForms.Error($"Argument not known: \"{argument}\". Expected one of: map, schema, version", span);

    public static Diagnostic ExtensionExpected(ExpressionSyntax value) =>
        MessageForms.Error($"Expected a constant or function value, but received {value.Kind} value `{value.Shown}`.", value.Span);

    public static Diagnostic ExtensionName(string problem, SourceSpan span) => MessageForms.Validation(problem, span);

    public static Diagnostic WrongValue(string expected, ExpressionSyntax value) =>
        MessageForms.Error($"Expected a {expected} value, but received {value.Kind} value `{value.Shown}`.", value.Span);

    public static Diagnostic EnvironmentArgument(SourceSpan span) =>
        MessageForms.Error("Exactly one string parameter must be passed to the env function.", span);
}
