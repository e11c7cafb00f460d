using Dormouse.Query.Documents;
using Dormouse.Query.Failures;
using Dormouse.Query.Filters;
using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Sql;
using Dormouse.Query.Values;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Reads;

/// <summary>A field of the record at which a page begins, with its value.</summary>
internal readonly record struct CursorField(ScalarField Field, Expression Value);

/// <summary>What a findMany, or a list of related records, asks for.</summary>
internal sealed record ReadArguments(Model Model)
{
    public Condition? Where { get; init; }

    public IReadOnlyList<Ordering> OrderBy { get; init; } = [];

    /// <summary>Empty when there is none.</summary>
    public IReadOnlyList<CursorField> Cursor { get; init; } = [];

    public IReadOnlyList<ScalarField> Distinct { get; init; } = [];

    /// <summary>How many records, never negative.</summary>
    public Expression? Take { get; init; }

    /// <summary>The records are counted from the end of the order.</summary>
    public bool IsFromEnd { get; init; }

    /// <summary>A page of no records.</summary>
    public bool TakesNone { get; init; }

    /// <summary>Above zero.</summary>
    public Expression? Skip { get; init; }

    public bool IsPaged => Take is not null || Skip is not null || Cursor.Count > 0;

    /// <summary>The order in which the database is to give the records: reversed, when they are counted from the end.</summary>
    public IReadOnlyList<Ordering> SqlOrder => IsFromEnd ? [.. OrderBy.Select(o => o.Reversed())] : OrderBy;

    public static ReadArguments Read(Model model, InputObject arguments, LiteralFacts facts)
    {
        var (take, sign) = ReadTake(arguments.Find("take"), facts);
        var read = new ReadArguments(model)
        {
            Where = arguments.Find("where") is InputObject where ? FilterReader.Read(model, where, facts) : null,
            OrderBy = OrderReader.Read(model, arguments.Find("orderBy")),
            Cursor = arguments.Find("cursor") is InputObject cursor ? ReadCursor(model, cursor) : [],
            Distinct = ScalarNames.FieldsOf(model, arguments.Find("distinct")),
            Take = take,
            IsFromEnd = sign < 0,
            TakesNone = sign == 0,
            Skip = ReadSkip(arguments.Find("skip"), facts),
        };
        // A page needs an order. One that says nothing is in the order of the primary identifier.
        return read.IsPaged && read.OrderBy.Count == 0 ? read.ByIdentifier() : read;
    }

    /// <summary>
    /// Those of a read that answers with records. No records have no order, and so none that PostgreSQL might not know: Prisma's engine
    /// does not even ask for them.
    /// </summary>
    public static ReadArguments OfRecords(Model model, InputObject arguments, LiteralFacts facts)
    {
        var read = Read(model, arguments, facts);
        return read.TakesNone ? read.ByIdentifier() : read;
    }

    /// <summary>
    /// Whether the order, together with the cursor, decides over every record's place in SQL. Otherwise the records are read in their
    /// order and the page is cut from them here, beginning at the record that the cursor names.
    /// </summary>
    public bool IsCursorExact =>
        Cursor.Count == 0 || (IsStableOrder() && !OrderBy.Any(o => o is FieldOrdering { Field.IsRequired: false }));

    /// <remarks>
    /// A compound primary key does not count: Prisma's engine looks at unique fields and indexes only. That decides over the answer
    /// where the cursor's record does not fit the filter.
    /// </remarks>
    private bool IsStableOrder()
    {
        var fields = OrderBy.OfType<FieldOrdering>().ToArray();
        if (fields.Any(f => f.Path.Any(hop => hop.IsOptional)))
        {
            return false;
        }

        var own = fields.Where(f => f.Path.Count == 0).Select(f => f.Field).ToHashSet();
        return own.Any(f => f.IsId || f.IsUnique)
            || Model.Indexes.Any(i => i.Kind == IndexKind.Unique && i.Fields.All(f => own.Contains(f.Field)))
            || fields.Any(f =>
                f.Path.Count > 0 && (f.Field.IsId || f.Field.IsUnique) && f.Path.All(hop => hop.Relation.Kind == RelationKind.OneToOne)
            );
    }

    private ReadArguments ByIdentifier() => this with { OrderBy = [.. PrimaryIdentifier.Of(Model).Select(OrderReader.Ascending)] };

    private static (Expression? Take, int? Sign) ReadTake(InputValue? value, LiteralFacts facts)
    {
        if (value is not InputScalar take)
        {
            return (null, null);
        }

        var sign = SignOf(take, facts);
        return (sign < 0 ? new NegatedExpression(take.Expression) : take.Expression, sign);
    }

    private static Expression? ReadSkip(InputValue? value, LiteralFacts facts)
    {
        if (value is not InputScalar skip)
        {
            return null;
        }

        return SignOf(skip, facts) switch
        {
            < 0 => throw QueryFailure.Assertion(
                $"Invalid value for skip argument: Value can only be positive, found: {facts.InspectWhole(skip.Literal)}"
            ),
            0 => null,
            _ => skip.Expression,
        };
    }

    private static int SignOf(InputScalar number, LiteralFacts facts) =>
        number.Expression is LiteralExpression { Value: NumberValue constant }
            ? Math.Sign(constant.Value)
            : facts.InspectSign(number.Literal);

    private static List<CursorField> ReadCursor(Model model, InputObject cursor)
    {
        var fields = new List<CursorField>();
        foreach (var (name, value) in cursor.Fields)
        {
            if (model.TryGetField(name, out var field) && field is ScalarField scalar)
            {
                fields.Add(new CursorField(scalar, Constants.ExpressionOf(value)));
                continue;
            }

            var parts = (InputObject)value;
            var criterion = model.UniqueCriteria.First(c => c.ClientName == name);
            fields.AddRange(criterion.Fields.Select(f => new CursorField(f.Field, Constants.ExpressionOf(parts.Find(f.Field.Name)!))));
        }

        return fields;
    }
}
