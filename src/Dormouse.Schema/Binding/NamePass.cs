using System.Collections.Frozen;
using System.Runtime.InteropServices;
using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Binding;

/// <summary>Pass 1: every block and field gets its entry, and no two things of one kind have one name.</summary>
internal static class NamePass
{
    // Words of JavaScript, which the generated clients could not use as names of types.
    private static readonly FrozenSet<string> Reserved = FrozenSet.Create(
        "PrismaClient",
        "break",
        "case",
        "catch",
        "class",
        "const",
        "continue",
        "debugger",
        "default",
        "delete",
        "do",
        "else",
        "enum",
        "export",
        "extends",
        "false",
        "finally",
        "for",
        "function",
        "if",
        "implements",
        "import",
        "in",
        "instanceof",
        "interface",
        "let",
        "new",
        "null",
        "package",
        "private",
        "protected",
        "public",
        "return",
        "super",
        "switch",
        "this",
        "throw",
        "true",
        "try",
        "typeof",
        "var",
        "void",
        "while",
        "with",
        "yield"
    );

    public static void Run(BindingContext context)
    {
        Blocks(context);
        context.ForEachModel(Model);
    }

    /// <summary>Gives every block its entry.</summary>
    public static void Blocks(BindingContext context)
    {
        int count = context.Files.Sum(file => file.Tops.Count);
        context.TypesByName.EnsureCapacity(count);
        context.Models.EnsureCapacity(count);
        Dictionary<string, ConfigurationSyntax> datasources = [];
        Dictionary<string, ConfigurationSyntax> generators = [];
        foreach (TopSyntax top in context.Files.SelectMany(file => file.Tops))
        {
            if (ScalarTypes.TryParse(top.Name.Text, out _))
            {
                context.Report(NameMessages.ReservedScalar(top.Name.Text, top.Name.Span));
            }
            string? existing = top switch
            {
                EnumSyntax type => AddType(context, type, AddEnum(context, type)),
                ModelSyntax { Block: BlockKind.Type } type => AddType(context, type, AddComposite(context, type)),
                ModelSyntax model => AddType(context, model, AddModel(context, model)),
                ConfigurationSyntax { Block: ConfigurationKind.Datasource } datasource => AddConfiguration(
                    context,
                    datasource,
                    datasources
                ),
                ConfigurationSyntax generator => AddConfiguration(context, generator, generators),
                _ => throw new InvalidOperationException($"A {top.Kind} is no block that is known here."),
            };
            if (existing is not null)
            {
                context.Report(NameMessages.DuplicateBlock(top.Name.Text, top.Kind, existing, top.Name.Span));
            }
        }
    }

    /// <summary>Looks at the names of one model and within it.</summary>
    public static void Model(BindingContext context, ModelEntry entry)
    {
        ModelSyntax syntax = entry.Syntax;
        bool isView = syntax.Block == BlockKind.View;
        CheckIdentifier(context, syntax.Name, isView ? "view" : "Model");
        CheckAttributes(context, syntax.Attributes);
        if (Reserved.Contains(syntax.Name.Text))
        {
            context.Report(NameMessages.ReservedModel(syntax.Kind, syntax.Name.Text, syntax.Span));
        }
        string item = isView ? "field" : "Field";
        ulong seen = 0;
        for (int position = 0; position < syntax.Fields.Length; position++)
        {
            ref readonly FieldSyntax field = ref syntax.Fields[position];
            CheckIdentifier(context, field.Name, item);
            CheckAttributes(context, field.Attributes);
            // Most names have a mark that none before them has, and then need not be looked for.
            ulong mark = MarkOf(field.Text);
            if ((seen & mark) != 0 && entry.FindField(field.Text)!.Value.Position != position)
            {
                context.Report(NameMessages.DuplicateField(syntax.Kind, entry.Name, field.Text, field.Name.Span));
            }
            seen |= mark;
        }
    }

    /// <returns>What already has the name, if anything has.</returns>
    private static string? AddType(BindingContext context, TopSyntax top, TypeEntry entry)
    {
        ref TypeEntry? known = ref CollectionsMarshal.GetValueRefOrAddDefault(context.TypesByName, top.Name.Text, out bool isTaken);
        if (isTaken)
        {
            return known!.Kind;
        }
        known = entry;
        return null;
    }

    private static ModelEntry AddModel(BindingContext context, ModelSyntax syntax)
    {
        Model model = new(syntax.Name.Text, syntax.Block == BlockKind.View, syntax.Documentation);
        ModelEntry entry = new(syntax, model);
        context.Models.Add(entry);
        return entry;
    }

    private static CompositeEntry AddComposite(BindingContext context, ModelSyntax syntax)
    {
        context.Report(NameMessages.CompositeType(syntax.Span));
        return new CompositeEntry(syntax);
    }

    /// <summary>One of 64 bits; names of one model differ in length, or at their ends.</summary>
    private static ulong MarkOf(string name) => 1UL << (((name[0] * 31) + (name[^1] * 7) + name.Length) % 64);

    private static EnumEntry AddEnum(BindingContext context, EnumSyntax syntax)
    {
        CheckIdentifier(context, syntax.Name, "Enum");
        CheckAttributes(context, syntax.Attributes);
        if (Reserved.Contains(syntax.Name.Text))
        {
            context.Report(NameMessages.ReservedEnum(syntax.Name.Text, syntax.Span));
        }
        HashSet<string> values = [];
        foreach (EnumValueSyntax value in syntax.Values)
        {
            CheckIdentifier(context, value.Name, "Enum Value");
            CheckAttributes(context, value.Attributes);
            if (!values.Add(value.Name.Text))
            {
                context.Report(NameMessages.DuplicateEnumValue(syntax.Name.Text, value.Name.Text, value.Span));
            }
        }
        EnumEntry entry = new(syntax, new EnumType(syntax.Name.Text, syntax.Documentation));
        context.Enums.Add(entry);
        return entry;
    }

    private static string? AddConfiguration(
        BindingContext context,
        ConfigurationSyntax syntax,
        Dictionary<string, ConfigurationSyntax> others
    )
    {
        HashSet<string> keys = [];
        foreach (PropertySyntax property in syntax.Properties)
        {
            if (!keys.Add(property.Name.Text))
            {
                context.Report(NameMessages.DuplicateProperty(syntax.Kind, syntax.Name.Text, property.Name.Text, property.Name.Span));
            }
        }
        context.Configurations.Add(syntax);
        return others.TryAdd(syntax.Name.Text, syntax) ? null : syntax.Kind;
    }

    private static void CheckAttributes(BindingContext context, AttributeSyntax[] attributes)
    {
        foreach (AttributeSyntax attribute in attributes)
        {
            CheckIdentifier(context, attribute.Name, "Attribute");
        }
    }

    private static void CheckIdentifier(BindingContext context, Identifier identifier, string item)
    {
        if (char.IsAsciiDigit(identifier.Text[0]))
        {
            context.Report(NameMessages.StartsWithDigit(item, identifier.Span));
        }
        else if (identifier.Text.Contains('-'))
        {
            context.Report(NameMessages.Hyphen(item, identifier.Span));
        }
    }
}
