using System.Globalization;
using Dormouse.Query.Nodes;
using Dormouse.Query.Values;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Data;

/// <summary>
/// The defaults that the engine puts into an INSERT itself: all but those that only the database can make. A default that does not
/// change from record to record is written too, as Prisma's engine does, so that schema and database may disagree.
/// </summary>
internal static class EngineDefaults
{
    public static readonly Expression Now = Call("now");

    /// <returns>Null where the database makes the default, or there is none.</returns>
    public static Expression? Find(ScalarField field) =>
        field.Default switch
        {
            null or DatabaseDefault or FunctionDefault { Function: DefaultFunction.Autoincrement } => null,
            FunctionDefault function => Of(function),
            var constant => new LiteralExpression(Constant(field, constant)),
        };

    private static Expression Of(FunctionDefault function) =>
        function switch
        {
            { Function: DefaultFunction.Now } => Now,
            { Function: DefaultFunction.Cuid } => Call("cuid", function.Argument ?? 1),
            { Function: DefaultFunction.Uuid } => Call("uuid", function.Argument ?? 4),
            { Function: DefaultFunction.Ulid } => Call("ulid"),
            { Argument: { } length } => Call("nanoid", length),
            _ => Call("nanoid"),
        };

    private static GeneratorExpression Call(string name) => new(name, []);

    private static GeneratorExpression Call(string name, int argument) => new(name, [new LiteralExpression(new NumberValue(argument))]);

    private static PlanValue Constant(ScalarField field, DefaultValue value) =>
        value switch
        {
            ListDefault list => new ListValue([.. list.Items.Select(item => Constant(field, item))]),
            StringDefault text when field.Type == ScalarType.Bytes => new BytesValue(Convert.FromBase64String(text.Value)),
            StringDefault text => TextValue.Of(text.Value),
            // Digits beyond what a double holds must survive.
            NumberDefault number => TextValue.Of(number.Text),
            BooleanDefault boolean => BooleanValue.Of(boolean.Value),
            EnumDefault named => TextValue.Of(named.Value.DatabaseName),
            _ => throw new NotSupportedException(
                string.Create(CultureInfo.InvariantCulture, $"A default of the kind {value.GetType().Name} is not known.")
            ),
        };
}
