using System.Text;
using Dormouse.Query.Nodes;
using Dormouse.Query.Values;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Sql;

/// <summary>
/// Puts a statement together from text and parameters. Names and values never meet the text unquoted: names go through
/// <see cref="Name"/>, values are parameters.
/// </summary>
internal sealed class SqlBuilder
{
    private readonly List<Fragment> fragments = [];
    private readonly List<Expression> arguments = [];
    private readonly List<ArgumentShape> shapes = [];
    private readonly StringBuilder text = new();

    /// <summary>SQL that this engine wrote itself.</summary>
    public SqlBuilder Text(string sql)
    {
        text.Append(sql);
        return this;
    }

    public SqlBuilder Name(string name)
    {
        text.Append('"').Append(name.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        return this;
    }

    /// <summary><c>"schema"."table"</c></summary>
    public SqlBuilder Table(Model model) => Table(model.Schema, model.DatabaseName);

    public SqlBuilder Table(string? schema, string table) => Name(schema ?? "public").Text(".").Name(table);

    /// <summary><c>"alias"."column"</c></summary>
    public SqlBuilder Column(string alias, ScalarField field) => Name(alias).Text(".").Name(field.DatabaseName);

    /// <summary>A place for one value; a list is one value too, an array.</summary>
    /// <remarks>Booleans of the shape, and numbers that are always the same, stand in the text: the planner can do more with them.</remarks>
    public SqlBuilder Parameter(Expression value, ArgumentType type)
    {
        switch (value)
        {
            case LiteralExpression { Value: BooleanValue constant }:
                return Text(constant.Value ? "TRUE" : "FALSE");
            case LiteralExpression { Value: NumberValue constant }:
                return Text(System.Text.Encoding.ASCII.GetString(constant.Text.Span));
        }

        FlushText();
        fragments.Add(new Fragment(FragmentKind.Parameter, "", "", "", "", ""));
        arguments.Add(value);
        shapes.Add(new ArgumentShape(type, null));
        return this;
    }

    /// <summary>A place for any number of tuples: <c>($1, $2), ($3, $4)</c>. Too many of them are spread over several statements.</summary>
    public SqlBuilder Tuples(Expression tuples)
    {
        FlushText();
        fragments.Add(new Fragment(FragmentKind.TupleList, "", "(", ", ", ")", ", "));
        arguments.Add(tuples);
        shapes.Add(default);
        return this;
    }

    public bool IsEmpty => text.Length == 0 && fragments.Count == 0;

    /// <summary>Puts what another builder holds behind this one's text.</summary>
    public SqlBuilder Append(SqlBuilder other)
    {
        FlushText();
        other.FlushText();
        fragments.AddRange(other.fragments);
        arguments.AddRange(other.arguments);
        shapes.AddRange(other.shapes);
        return this;
    }

    public SqlTemplate Build()
    {
        FlushText();
        return new SqlTemplate(
            [.. fragments],
            [.. arguments],
            [.. shapes],
            "$",
            hasNumbering: true,
            chunkable: fragments.Exists(f => f.Kind == FragmentKind.TupleList)
        );
    }

    private void FlushText()
    {
        if (text.Length > 0)
        {
            fragments.Add(new Fragment(FragmentKind.Text, text.ToString(), "", "", "", ""));
            text.Clear();
        }
    }
}
