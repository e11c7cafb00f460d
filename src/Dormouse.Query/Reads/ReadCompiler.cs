using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Sql;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Reads;

/// <summary>Compiles the finds.</summary>
internal static class ReadCompiler
{
    public static PlanNode Compile(Operation operation, CompileContext context)
    {
        _ = context;
        var sql = new SqlBuilder().Text("SELECT ");
        var fields = operation.Selection.Fields.OfType<SelectedScalar>().Select(f => f.Field).ToArray();
        for (var i = 0; i < fields.Length; i++)
        {
            sql.Text(i > 0 ? ", " : "").Column("t0", fields[i]);
        }

        sql.Text(" FROM ").Table(operation.Model!).Text(" AS ").Name("t0");
        var rows = new QueryNode(sql.Build(), isRaw: false);
        return new DataMapNode(rows, ResultStructures.Of(operation.Selection), isLast: true);
    }
}
