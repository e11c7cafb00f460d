using System.Text;
using Dormouse.Query.Nodes;
using Dormouse.Query.Sql;

namespace Dormouse.Query.Plans;

/// <summary>A plan as text for people: a node a line, what it consists of below it, further to the right.</summary>
internal sealed class PlanText
{
    private readonly StringBuilder text = new();
    private int depth;

    public void Line(string line) => text.Append(' ', depth * 2).Append(line).Append('\n');

    /// <summary>A node with the nodes within it.</summary>
    public void Node(string name, params ReadOnlySpan<PlanNode> inner)
    {
        Line(name);
        depth++;
        foreach (var node in inner)
        {
            node.Describe(this);
        }

        depth--;
    }

    /// <summary>A node whose inner lines the caller writes.</summary>
    public void Node(string name, Action writeInner)
    {
        Line(name);
        depth++;
        writeInner();
        depth--;
    }

    /// <summary>A statement, one clause a line, and what its parameters are.</summary>
    public void Statement(string name, SqlTemplate sql)
    {
        Line(name);
        depth++;
        foreach (var line in SqlLines.Of(sql.ToString()))
        {
            Line(line);
        }

        for (var i = 0; i < sql.Arguments.Count; i++)
        {
            Line($"${i + 1}: {sql.Arguments[i]}");
        }

        depth--;
    }

    public override string ToString() => text.ToString();
}
