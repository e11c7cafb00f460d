using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Binding;

/// <summary>Understands generators, and hands datasources to their reader. Needs nothing of the other passes.</summary>
internal static class ConfigurationPass
{
    public static void Run(BindingContext context)
    {
        ConfigurationSyntax[] datasources = [.. context.Configurations.Where(block => block.Block == ConfigurationKind.Datasource)];
        foreach (ConfigurationSyntax generator in context.Configurations.Where(block => block.Block == ConfigurationKind.Generator))
        {
            Generator(context, generator);
        }
        foreach (ConfigurationSyntax datasource in datasources)
        {
            DatasourceReader.Read(context, datasource);
        }
        if (datasources.Length > 1)
        {
            foreach (ConfigurationSyntax datasource in datasources)
            {
                context.Report(ConfigurationMessages.SeveralDatasources(datasource.Name.Text, datasource.Span));
            }
        }
    }

    private static void Generator(BindingContext context, ConfigurationSyntax syntax)
    {
        Dictionary<string, PropertySyntax>? properties = Properties(context, syntax);
        if (properties is null)
        {
            return;
        }
        if (properties.GetValueOrDefault("engineType")?.Value is { } engineType and not StringSyntax)
        {
            context.Report(ConfigurationMessages.WrongValue("String", engineType));
        }
        ConfigurationText? provider = null;
        if (properties.GetValueOrDefault("provider")?.Value is { } value)
        {
            provider = Text(context, value);
        }
        else
        {
            context.Report(ConfigurationMessages.MissingInGenerator("provider", syntax.Name.Text, syntax.Span));
        }
        if (properties.GetValueOrDefault("output")?.Value is { } output)
        {
            Text(context, output);
        }
        if (properties.GetValueOrDefault("binaryTargets")?.Value is { } targets)
        {
            foreach (ExpressionSyntax target in Items(targets))
            {
                Text(context, target);
            }
        }
        IReadOnlyList<string> features = properties.GetValueOrDefault("previewFeatures")?.Value is { } list ? Features(context, list) : [];
        if (provider is not null)
        {
            context.Generators.Add(
                new Generator
                {
                    Name = syntax.Name.Text,
                    Provider = provider,
                    PreviewFeatures = features,
                }
            );
        }
    }

    private static List<string> Features(BindingContext context, ExpressionSyntax list)
    {
        List<string> features = [];
        foreach (ExpressionSyntax item in Items(list))
        {
            if (item is not StringSyntax text)
            {
                context.Report(ConfigurationMessages.WrongValue("string", item));
            }
            else if (PreviewFeatures.IsDeprecated(text.Value))
            {
                context.Report(ConfigurationMessages.DeprecatedPreviewFeature(text.Value, list.Span));
                features.Add(text.Value);
            }
            else if (PreviewFeatures.IsValid(text.Value))
            {
                features.Add(text.Value);
            }
            else
            {
                context.Report(ConfigurationMessages.UnknownPreviewFeature(text.Value, list.Span));
            }
        }
        return features;
    }

    /// <summary>The properties by name; null where one has no value, which is reported.</summary>
    internal static Dictionary<string, PropertySyntax>? Properties(BindingContext context, ConfigurationSyntax syntax)
    {
        Dictionary<string, PropertySyntax> properties = [];
        bool isComplete = true;
        foreach (PropertySyntax property in syntax.Properties)
        {
            properties[property.Name.Text] = property;
            if (property.Value is null)
            {
                context.Report(ConfigurationMessages.MissingValue(property.Name.Text, syntax.Kind, syntax.Name.Text, property.Span));
                isComplete = false;
            }
        }
        return isComplete ? properties : null;
    }

    internal static IReadOnlyList<ExpressionSyntax> Items(ExpressionSyntax value) => value is ArraySyntax array ? array.Items : [value];

    /// <summary>A text, or <c>env("NAME")</c>.</summary>
    internal static ConfigurationText? Text(BindingContext context, ExpressionSyntax value)
    {
        switch (value)
        {
            case StringSyntax text:
                return new ConfigurationText(text.Value, null);
            case FunctionSyntax { Name: "env" } function:
                IReadOnlyList<ArgumentSyntax> arguments = function.Arguments.Items;
                if (arguments is [{ Name: null, Value: StringSyntax name }] && function.Arguments.Flaws is null)
                {
                    return new ConfigurationText(null, name.Value);
                }
                context.Report(ConfigurationMessages.EnvironmentArgument(function.Span));
                return null;
            default:
                context.Report(ConfigurationMessages.WrongValue("String", value));
                return null;
        }
    }
}
