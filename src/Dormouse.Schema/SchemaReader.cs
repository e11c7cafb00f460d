using System.Diagnostics.CodeAnalysis;
using Dormouse.Schema.Binding;
using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schema.Syntax;
using Dormouse.Schema.Validation;

namespace Dormouse.Schema;

/// <summary>
/// What came of reading a schema: either the schema, or errors and no schema. Warnings may stand beside either. The findings are in the
/// order of the text.
/// </summary>
public sealed record SchemaReading(PrismaSchema? Schema, IReadOnlyList<Diagnostic> Diagnostics)
{
    [MemberNotNullWhen(true, nameof(Schema))]
    public bool IsValid => Schema is not null;
}

/// <summary>
/// Reads the Prisma schema language for PostgreSQL. Never throws on any text, and takes time and memory in proportion to its length:
/// 1. the text becomes a syntax tree; 2. names; 3. types; 4. attributes; 5. relations; 6. the rules. Steps 1 to 4 report together what
/// they find; 5 and 6 need a schema without faults so far.
/// </summary>
public static class SchemaReader
{
    public const string DefaultName = "schema.prisma";

    public static SchemaReading Read(string text) => Read([new SourceFile(DefaultName, text)], SchemaOptions.Default);

    /// <summary>Reads a text in a borrowed buffer, which must stay as it is while the findings are looked at.</summary>
    /// <param name="text">The text.</param>
    /// <param name="beside">
    /// Something of the caller's that is done once this ends: by a thread that helps with a long text, before it does that, or by this one.
    /// </param>
    public static SchemaReading Read(ReadOnlyMemory<char> text, Action beside) =>
        Read([new SourceFile(DefaultName, text)], SchemaOptions.Default, beside);

    public static SchemaReading Read(string text, SchemaOptions options) => Read([new SourceFile(DefaultName, text)], options);

    /// <summary>Reads a schema that is spread over files; their order does not matter.</summary>
    public static SchemaReading Read(IReadOnlyList<SourceFile> sources, SchemaOptions options) => Read(sources, options, static () => { });

    private static SchemaReading Read(IReadOnlyList<SourceFile> sources, SchemaOptions options, Action beside)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(options);
        DiagnosticBag diagnostics = new(options.MostDiagnostics);
        long length = sources.Sum(source => (long)source.Length);
        using ReadingCrew crew = new(length < options.ManyThreadsFrom ? 1 : options.MostThreads, beside);
        if (length > options.MostCharacters)
        {
            diagnostics.Add(
                SyntaxMessages.TooLong((int)Math.Min(length, int.MaxValue), options.MostCharacters, new SourceSpan(sources[0], 0, 0))
            );
            return new SchemaReading(null, diagnostics.ToList(sources));
        }

        return (options.AssumeSound ? TryReadSound(sources, options, crew) : null) ?? ReadExactly(sources, options, diagnostics);
    }

    private static SchemaReading ReadExactly(IReadOnlyList<SourceFile> sources, SchemaOptions options, DiagnosticBag diagnostics)
    {
        List<FileSyntax> files = [.. sources.Select(source => SchemaParser.Parse(source, diagnostics))];
        BindingContext context = new(files, options, diagnostics);
        NamePass.Run(context);
        ConfigurationPass.Run(context);
        TypePass.Run(context);
        AttributePass.Run(context);
        if (!diagnostics.HasErrors)
        {
            RelationPass.Run(context);
            CheckRules(context);
        }
        if (diagnostics.HasErrors)
        {
            return new SchemaReading(null, diagnostics.ToList(sources));
        }
        context.Models.ForEach(RelationBuilder.Build);
        return new SchemaReading(Build(context), diagnostics.ToList(sources));
    }

    /// <summary>
    /// Reads a text as if it had no faults, in which case findings need neither an order nor their right places: lines that are alike are
    /// read once, and models side by side. Null where that was wrong, so that it must be read exactly. Only what is said of the
    /// configuration, of which no line is shared, can stand.
    /// </summary>
    private static SchemaReading? TryReadSound(IReadOnlyList<SourceFile> sources, SchemaOptions options, ReadingCrew crew)
    {
        List<FileSyntax> files = new(sources.Count);
        foreach (SourceFile source in sources)
        {
            if (SoundText.TryParse(source, options, crew) is not { } file)
            {
                return null;
            }
            files.Add(file);
        }
        DiagnosticBag diagnostics = new(options.MostDiagnostics);
        BindingContext context = new(files, options, diagnostics) { Crew = crew };
        NamePass.Blocks(context);
        if (diagnostics.Count > 0)
        {
            return null;
        }
        ConfigurationPass.Run(context);
        if (diagnostics.HasErrors)
        {
            return null;
        }
        context.BeginSound();
        TypePass.Enums(context);
        AttributePass.Enums(context);
        context.ForEachModel(BindSound);
        ModelRules.CheckDatabaseNames(context);
        ModelRules.CheckEnums(context);
        if (!context.IsSound)
        {
            return null;
        }
        context.ForEachModel(LinkSound);
        ConstraintNameRules.Check(context);
        CascadeRules.Check(context);
        return context.IsSound ? new SchemaReading(Build(context), diagnostics.ToList(sources)) : null;
    }

    /// <summary>
    /// All that concerns a model alone: passes 1 to 3 and its rules. At once, since the models of a long text fill the processor's caches
    /// many times over.
    /// </summary>
    private static void BindSound(BindingContext context, ModelEntry model)
    {
        NamePass.Model(context, model);
        TypePass.Fields(context, model);
        AttributePass.Model(context, model);
        if (context.IsSound)
        {
            ModelRules.Check(context, model);
        }
    }

    /// <summary>All that concerns a model and those to which it leads, which are bound.</summary>
    private static void LinkSound(BindingContext context, ModelEntry model)
    {
        RelationPass.Find(model);
        if (!AmbiguityRules.Check(context, model))
        {
            return;
        }
        RelationRules.CheckFields(context, model);
        RelationRules.CheckRelations(context, model);
        ConstraintNameRules.Hash(model);
        if (context.IsSound)
        {
            RelationBuilder.Build(model);
        }
    }

    private static void CheckRules(BindingContext context)
    {
        ModelRules.CheckDatabaseNames(context);
        ModelRules.CheckEnums(context);
        context.ForEachModel(ModelRules.Check);
        context.Models.ForEach(ConstraintNameRules.Hash);
        ConstraintNameRules.Check(context);
        // Of fields that cannot be told apart nothing more can be said.
        if (!AmbiguityRules.Check(context))
        {
            return;
        }
        context.ForEachModel(RelationRules.CheckFields);
        context.ForEachModel(RelationRules.CheckRelations);
        CascadeRules.Check(context);
    }

    private static PrismaSchema Build(BindingContext context) =>
        new(
            context.Datasource,
            context.Generators,
            context.Models.ConvertAll(entry => entry.Model),
            context.Enums.ConvertAll(entry => entry.Type),
            [.. context.Relations.Select(entry => entry.Made!)]
        );
}
