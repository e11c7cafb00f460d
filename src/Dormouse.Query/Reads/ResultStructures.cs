using System.Collections.Frozen;
using Dormouse.Query.Json;
using Dormouse.Query.Mapping;
using Dormouse.Query.Operations;
using Dormouse.Query.Reads.Joined;
using Dormouse.Query.Rows;
using Dormouse.Query.Values;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Reads;

/// <summary>The shape of answers: from selected fields to what the result mapper writes.</summary>
internal static class ResultStructures
{
    private static readonly FrozenDictionary<ScalarType, FieldKind> Kinds = new Dictionary<ScalarType, FieldKind>
    {
        [ScalarType.Int] = FieldKind.Int,
        [ScalarType.BigInt] = FieldKind.BigInt,
        [ScalarType.Float] = FieldKind.Float,
        [ScalarType.Boolean] = FieldKind.Boolean,
        [ScalarType.String] = FieldKind.String,
        [ScalarType.DateTime] = FieldKind.DateTime,
        [ScalarType.Json] = FieldKind.Json,
        [ScalarType.Bytes] = FieldKind.Bytes,
        [ScalarType.Decimal] = FieldKind.Decimal,
    }.ToFrozenDictionary();

    public const int DoubleDigits = 16;
    private const int RealDigits = 7;

    /// <summary>The type of counts.</summary>
    public static readonly FieldType Number = new(FieldKind.Int, IsList: false, BytesEncoding.Hex, null);

    public static ObjectStructure Of(Selection selection) => Of(selection, null, null);

    /// <summary>What the records of a relation are attached as.</summary>
    public static string SourceOf(SelectedRelation relation) => "@" + relation.Name;

    private static ObjectStructure Of(SelectedRelation relation) =>
        Of(relation.Selection, SourceOf(relation), new RelatedStructure(relation.Field.IsList, relation.Field.IsRequired));

    private static ObjectStructure Of(Selection selection, string? source, RelatedStructure? related)
    {
        var fields = new List<ObjectField>();
        foreach (var selected in selection.Fields)
        {
            ResultStructure structure = selected switch
            {
                SelectedScalar scalar => new FieldStructure(scalar.Field.DatabaseName, TypeOf(scalar.Field)),
                SelectedRelation relation => Of(relation),
                SelectedCounts counts => OfCounts(counts),
                SelectedAggregate aggregate => OfAggregate(aggregate),
                _ => throw new ArgumentException($"{selected.Name} is no field of a record.", nameof(selection)),
            };
            fields.Add(Field(selected.Name, structure, fields.Count == 0));
        }

        return new ObjectStructure(source, skipNulls: false, [.. fields]) { Relation = related };
    }

    private static ObjectStructure OfCounts(SelectedCounts counts) =>
        SameRow(counts.Relations.Select(c => (c.Field.Name, RelatedCounts.ColumnOf(c.Field), Number)));

    private static ObjectStructure OfAggregate(SelectedAggregate aggregate) =>
        SameRow(
            aggregate.Fields.Select(f =>
                (f?.Name ?? Aggregates.All, Aggregates.ColumnOf(aggregate.Kind, f), Aggregates.TypeOf(aggregate.Kind, f))
            )
        );

    private static ObjectStructure SameRow(IEnumerable<(string Name, string Column, FieldType Type)> fields) =>
        new(null, skipNulls: false, [.. fields.Select((f, i) => Field(f.Name, new FieldStructure(f.Column, f.Type), i == 0))]);

    public static FieldType TypeOf(ScalarField field) =>
        new(
            field.Enum is not null ? FieldKind.Enum
                : field.Type is { } scalar ? Kinds[scalar]
                : FieldKind.Unsupported,
            field.IsList,
            BytesEncoding.Hex,
            field.Enum is { } type ? NamesOf(type) : null
        )
        {
            Engine = new EngineField(
                field.Name,
                field.TypeName,
                field.IsRequired,
                field.NativeType?.Name == "Real" ? RealDigits : DoubleDigits,
                PgType.Of(JoinedScalars.TypeOf(field))
            ),
        };

    public static ObjectField Field(string name, ResultStructure structure, bool isFirst) =>
        new(name, [isFirst ? (byte)'{' : (byte)',', .. JsonValues.Serialize(TextValue.Of(name)).Span, (byte)':'], structure);

    private static EnumNames NamesOf(EnumType type) =>
        new(
            type.Name,
            [
                .. type.Values.Select(v =>
                    (System.Text.Encoding.UTF8.GetBytes(v.DatabaseName), JsonValues.Serialize(TextValue.Of(v.Name)).ToArray())
                ),
            ]
        );
}
