using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Binding;

/// <summary>Understands the datasource block.</summary>
internal static class DatasourceReader
{
    private static readonly string[] OtherProviders = ["mysql", "sqlite", "sqlserver", "mongodb", "cockroachdb"];

    private static readonly string[] Properties =
    [
        "provider",
        "url",
        "directUrl",
        "shadowDatabaseUrl",
        "relationMode",
        "schemas",
        "extensions",
    ];

    public static void Read(BindingContext context, ConfigurationSyntax syntax)
    {
        if (
            ConfigurationPass.Properties(context, syntax) is not { } properties
            || Provider(context, syntax, properties) is not { } provider
        )
        {
            return;
        }
        string name = syntax.Name.Text;
        ConfigurationText? url = Address(context, properties, "url");
        ConfigurationText? directUrl = Address(context, properties, "directUrl");
        ConfigurationText? shadowUrl = Address(context, properties, "shadowDatabaseUrl");
        if (context.Options.RequireUrl && !properties.ContainsKey("url"))
        {
            context.Report(ConfigurationMessages.MissingInDatasource("url", name, syntax.Span));
        }
        CheckShadow(context, name, properties, url, directUrl, shadowUrl);
        if (properties.TryGetValue("previewFeatures", out PropertySyntax? features))
        {
            context.Report(ConfigurationMessages.PreviewFeaturesInDatasource(features.Span));
        }
        foreach (PropertySyntax property in syntax.Properties)
        {
            if (!Properties.Contains(property.Name.Text) && property.Name.Text is not ("referentialIntegrity" or "previewFeatures"))
            {
                string suggestion = Spelling.Suggestion(property.Name.Text, Properties);
                context.Report(ConfigurationMessages.UnknownProperty(property.Name.Text, suggestion, property.Span));
            }
        }
        context.Datasource = new Datasource
        {
            Name = name,
            Provider = provider,
            Url = url,
            DirectUrl = directUrl,
            ShadowDatabaseUrl = shadowUrl is { Literal: "" } ? null : shadowUrl,
            RelationMode = Mode(context, syntax, properties),
            Schemas = Schemas(context, properties),
            Extensions = Extensions(context, properties),
        };
    }

    private static string? Provider(BindingContext context, ConfigurationSyntax syntax, Dictionary<string, PropertySyntax> properties)
    {
        string name = syntax.Name.Text;
        switch (properties.GetValueOrDefault("provider")?.Value)
        {
            case null:
                context.Report(ConfigurationMessages.MissingInDatasource("provider", name, syntax.Span));
                return null;
            case FunctionSyntax { Name: "env" }:
                context.Report(ConfigurationMessages.ProviderFromEnvironment(syntax.Span));
                return null;
            case StringSyntax { Value: "" } empty:
                context.Report(ConfigurationMessages.EmptyProvider(name, empty.Span));
                return null;
            case StringSyntax { Value: "postgresql" or "postgres" } known:
                return known.Value;
            case StringSyntax other:
                context.Report(
                    OtherProviders.Contains(other.Value)
                        ? ConfigurationMessages.OtherDatabase(other.Value, other.Span)
                        : ConfigurationMessages.UnknownProvider(other.Value, other.Span)
                );
                return null;
            case { } value:
                context.Report(ConfigurationMessages.ProviderNotText(name, value.Span));
                return null;
        }
    }

    private static ConfigurationText? Address(BindingContext context, Dictionary<string, PropertySyntax> properties, string name) =>
        properties.GetValueOrDefault(name)?.Value is { } value ? ConfigurationPass.Text(context, value) : null;

    private static void CheckShadow(
        BindingContext context,
        string name,
        Dictionary<string, PropertySyntax> properties,
        ConfigurationText? url,
        ConfigurationText? directUrl,
        ConfigurationText? shadowUrl
    )
    {
        if (shadowUrl is null or { Literal: "" })
        {
            return;
        }
        if (shadowUrl == directUrl)
        {
            context.Report(ConfigurationMessages.SameAsShadow("directUrl", name, properties["directUrl"].Value!.Span));
        }
        if (shadowUrl == url)
        {
            context.Report(ConfigurationMessages.SameAsShadow("url", name, properties["url"].Value!.Span));
        }
    }

    private static RelationMode Mode(BindingContext context, ConfigurationSyntax syntax, Dictionary<string, PropertySyntax> properties)
    {
        if (properties.TryGetValue("referentialIntegrity", out PropertySyntax? legacy))
        {
            context.Report(ConfigurationMessages.ReferentialIntegrity(legacy.Span));
            if (properties.ContainsKey("relationMode"))
            {
                context.Report(ConfigurationMessages.RelationModeTwice(legacy.Span));
            }
        }
        switch ((properties.GetValueOrDefault("relationMode") ?? legacy)?.Value)
        {
            case null or StringSyntax { Value: "foreignKeys" }:
                return RelationMode.ForeignKeys;
            case StringSyntax { Value: "prisma" }:
                return RelationMode.Prisma;
            case StringSyntax other:
                context.Report(ConfigurationMessages.UnknownRelationMode(other.Value, syntax.Span));
                return RelationMode.ForeignKeys;
            case { } value:
                context.Report(ConfigurationMessages.WrongValue("string", value));
                return RelationMode.ForeignKeys;
        }
    }

    private static List<string> Schemas(BindingContext context, Dictionary<string, PropertySyntax> properties)
    {
        if (properties.GetValueOrDefault("schemas")?.Value is not { } value)
        {
            return [];
        }
        List<string> schemas = [];
        IReadOnlyList<ExpressionSyntax> items = ConfigurationPass.Items(value);
        if (items.Count == 0)
        {
            context.Report(ConfigurationMessages.EmptySchemas(value.Span));
            return [];
        }
        context.SchemasSpan = value.Span;
        HashSet<string> seen = [];
        foreach (ExpressionSyntax item in items)
        {
            if (item is not StringSyntax text)
            {
                context.Report(ConfigurationMessages.WrongValue("string", item));
            }
            else if (!seen.Add(text.Value))
            {
                context.Report(ConfigurationMessages.DuplicateSchema(item.Span));
            }
            else
            {
                schemas.Add(text.Value);
            }
        }
        schemas.Sort(StringComparer.Ordinal);
        return schemas;
    }

    private static List<PostgresExtension> Extensions(BindingContext context, Dictionary<string, PropertySyntax> properties)
    {
        if (properties.GetValueOrDefault("extensions")?.Value is not { } value)
        {
            return [];
        }
        if (!context.HasPreviewFeature("postgresqlExtensions"))
        {
            context.Report(ConfigurationMessages.ExtensionsWithoutFeature(value.Span));
        }
        List<PostgresExtension> extensions = [];
        foreach (ExpressionSyntax item in ConfigurationPass.Items(value))
        {
            switch (item)
            {
                case ConstantSyntax constant:
                    extensions.Add(new PostgresExtension(constant.Text, null, null, null));
                    break;
                case FunctionSyntax function:
                    extensions.Add(Extension(context, function));
                    break;
                default:
                    context.Report(ConfigurationMessages.ExtensionExpected(item));
                    continue;
            }
            string name = extensions[^1].Name;
            if (char.IsAsciiDigit(name[0]))
            {
                context.Report(ConfigurationMessages.ExtensionName("The name of an extension must not start with a number.", item.Span));
            }
            else if (name.Contains('-'))
            {
                context.Report(ConfigurationMessages.ExtensionName("The character `-` is not allowed in extension names.", item.Span));
            }
        }
        return extensions;
    }

    private static PostgresExtension Extension(BindingContext context, FunctionSyntax function)
    {
        PostgresExtension extension = new(function.Name, null, null, null);
        foreach (ArgumentSyntax argument in function.Arguments.Items)
        {
            string name = argument.Name ?? "";
            if (name is not ("map" or "schema" or "version"))
            {
                context.Report(ConfigurationMessages.ExtensionArgument(name, argument.Span));
            }
            else if (argument.Value is not StringSyntax text)
            {
                context.Report(ConfigurationMessages.WrongValue("string", argument.Value));
            }
            else
            {
                extension = name switch
                {
                    "map" => extension with { MappedName = text.Value },
                    "schema" => extension with { Schema = text.Value },
                    _ => extension with { Version = text.Value },
                };
            }
        }
        return extension;
    }
}
