using Dormouse.EndToEnd.Differential.Schemas;
using Dormouse.Schema;
using Dormouse.Schema.Models;
using RelationKind = Dormouse.EndToEnd.Differential.Schemas.RelationKind;

namespace Dormouse.EndToEnd.Differential.Cases;

/// <summary>What a comparison has to know of a schema that was written by hand: tables, keys and relations.</summary>
internal static class CaseSchema
{
    private const string Features = "relationJoins";

    public static SchemaBlueprint Of(string text)
    {
        SchemaReading reading = SchemaReader.Read(text);
        if (!reading.IsValid)
        {
            throw new InvalidOperationException($"{string.Join('\n', reading.Diagnostics)}\n{text}");
        }
        PrismaSchema schema = reading.Schema;
        return new SchemaBlueprint(
            [],
            [.. schema.Models.Select(Of)],
            [.. schema.Relations.Select(Of)],
            schema.HasPreviewFeature(Features) ? [Features] : []
        );
    }

    private static ModelBlueprint Of(Model model) =>
        new(
            model.Name,
            model.MappedName,
            model.Schema,
            [.. model.ScalarFields.Select(Of)],
            new KeyBlueprint([.. model.PrimaryKey?.Fields.Select(part => part.Field.Name) ?? []], null),
            []
        );

    private static FieldBlueprint Of(ScalarField field) =>
        new(field.Name, Enum.TryParse(field.Type?.ToString(), out ScalarKind kind) ? kind : ScalarKind.Enum)
        {
            Column = field.MappedName,
            IsList = field.IsList,
            IsRequired = field.IsRequired,
            Default = field.Default is FunctionDefault { Function: DefaultFunction.Autoincrement } ? "autoincrement()" : null,
        };

    private static RelationBlueprint Of(Relation relation) =>
        new(
            relation.Name,
            Enum.Parse<RelationKind>(relation.Kind.ToString()),
            relation.SideA.Model.Name,
            relation.SideA.Name,
            [.. relation.SideA.Fields.Select(field => field.Name)],
            relation.SideB.Model.Name,
            relation.SideB.Name,
            [.. relation.SideA.References.Select(field => field.Name)],
            relation.SideA.IsRequired,
            null,
            null
        );
}
