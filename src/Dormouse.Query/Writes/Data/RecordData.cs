using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Sql;
using Dormouse.Query.Values;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Data;

/// <summary>The <c>data</c> of a write: what happens to the record's own columns, and what to its relations.</summary>
internal sealed record RecordData(ChangeSet Changes, IReadOnlyList<NestedData> Nested)
{
    public bool HasNested => Nested.Count > 0;

    /// <summary>The data of a new record, with the defaults that the engine makes.</summary>
    public static RecordData ForCreate(Model model, InputObject data)
    {
        var read = Read(model, data);
        foreach (var field in model.ScalarFields)
        {
            if (!read.Changes.Has(field) && IsOffered(field, data.TypeName) && EngineDefaults.Find(field) is { } value)
            {
                read.Changes.Add(new ScalarChange(field, ChangeKind.Set, value, FieldArguments.Of(field, field.IsList)));
            }
        }

        read.Changes.Touch(model);
        return read;
    }

    /// <summary>The data of an update. An update that changes no column of its own leaves <c>@updatedAt</c> alone.</summary>
    public static RecordData ForUpdate(Model model, InputObject data)
    {
        var read = Read(model, data);
        read.Changes.TouchIfChanged(model);
        return read;
    }

    private static RecordData Read(Model model, InputObject data)
    {
        var changes = new ChangeSet();
        var nested = new List<NestedData>();
        foreach (var (name, value) in data.Fields)
        {
            if (!model.TryGetField(name, out var field))
            {
                continue;
            }

            switch (field)
            {
                case ScalarField scalar:
                    changes.Add(ReadChange(scalar, value));
                    break;
                case RelationField relation when value is InputObject operations:
                    nested.Add(new NestedData(relation, operations));
                    break;
            }
        }

        return new RecordData(changes, nested);
    }

    private static ScalarChange ReadChange(ScalarField field, InputValue value)
    {
        if (value is not InputObject { Fields: [var (operation, operand)] })
        {
            return Change(field, ChangeKind.Set, value);
        }

        return operation switch
        {
            "increment" => Change(field, ChangeKind.Add, operand),
            "decrement" => Change(field, ChangeKind.Subtract, operand),
            "multiply" => Change(field, ChangeKind.Multiply, operand),
            "divide" => Change(field, ChangeKind.Divide, operand),
            "push" => Change(field, ChangeKind.Append, operand),
            _ => Change(field, ChangeKind.Set, operand),
        };
    }

    private static ScalarChange Change(ScalarField field, ChangeKind kind, InputValue value)
    {
        var expression = ExpressionOf(value);
        if (field.IsList && value is InputScalar { IsList: false })
        {
            expression = new ListExpression([expression]);
        }

        return new ScalarChange(field, kind, expression, FieldArguments.Of(field, field.IsList));
    }

    private static Expression ExpressionOf(InputValue value) =>
        value switch
        {
            InputScalar scalar => scalar.Expression,
            InputList list => new ListExpression([.. list.Items.Select(ExpressionOf)]),
            InputEnum { Value: "JsonNull" } => new LiteralExpression(TextValue.Of("null")),
            InputNull or InputEnum { Value: "DbNull" } => new LiteralExpression(NullValue.Instance),
            _ => throw new ArgumentException($"{value.GetType().Name} is no value of a column.", nameof(value)),
        };

    /// <summary>
    /// Whether a create input has the field, so that it gets its default: the columns of relations are only in the unchecked inputs.
    /// In the others the database makes their defaults.
    /// </summary>
    private static bool IsOffered(ScalarField field, string typeName) =>
        typeName.StartsWith(field.Model.Name + "UncheckedCreate", StringComparison.Ordinal)
        || typeName.StartsWith(field.Model.Name + "CreateMany", StringComparison.Ordinal)
        || !field.Model.RelationFields.Any(relation => relation.Fields.Contains(field));
}

/// <summary>Operations on the records behind a relation, such as <c>{create: …, connect: …}</c>, in the order of the request.</summary>
internal sealed record NestedData(RelationField Field, InputObject Operations);
