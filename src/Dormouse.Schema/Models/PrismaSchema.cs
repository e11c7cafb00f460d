using System.Diagnostics.CodeAnalysis;

namespace Dormouse.Schema.Models;

/// <summary>
/// What a schema means. Immutable once it is handed out, safe to share between threads, and without faults: there is one only where no
/// error was found. Everything is in the order of the text.
/// </summary>
public sealed class PrismaSchema
{
    private readonly Dictionary<string, Model> models;
    private readonly Dictionary<string, EnumType> enums;

    internal PrismaSchema(
        Datasource? datasource,
        IReadOnlyList<Generator> generators,
        IReadOnlyList<Model> models,
        IReadOnlyList<EnumType> enums,
        IReadOnlyList<Relation> relations
    )
    {
        Datasource = datasource;
        Generators = generators;
        Models = models;
        Enums = enums;
        Relations = relations;
        this.models = models.ToDictionary(model => model.Name);
        this.enums = enums.ToDictionary(type => type.Name);
    }

    /// <summary>The datasource, where the text has one.</summary>
    public Datasource? Datasource { get; }

    public IReadOnlyList<Generator> Generators { get; }

    /// <summary>Models and views.</summary>
    public IReadOnlyList<Model> Models { get; }

    public IReadOnlyList<EnumType> Enums { get; }

    public IReadOnlyList<Relation> Relations { get; }

    public RelationMode RelationMode => Datasource?.RelationMode ?? RelationMode.ForeignKeys;

    /// <summary>Whether a generator switches a preview feature on.</summary>
    public bool HasPreviewFeature(string feature) =>
        Generators.Any(generator => generator.PreviewFeatures.Contains(feature, StringComparer.OrdinalIgnoreCase));

    public bool TryGetModel(string name, [NotNullWhen(true)] out Model? model) => models.TryGetValue(name, out model);

    public bool TryGetEnum(string name, [NotNullWhen(true)] out EnumType? type) => enums.TryGetValue(name, out type);
}
