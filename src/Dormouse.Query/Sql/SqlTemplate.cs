using System.Globalization;
using System.Text;
using Dormouse.Query.Failures;
using Dormouse.Query.Nodes;
using Dormouse.Query.Values;

namespace Dormouse.Query.Sql;

internal enum FragmentKind : byte
{
    Text,
    Parameter,
    Tuple,
    TupleList,
}

/// <summary>A piece of a template: literal SQL, or the place of one argument and how it is written there.</summary>
internal sealed record Fragment(
    FragmentKind Kind,
    string Text,
    string ItemPrefix,
    string ItemSeparator,
    string ItemSuffix,
    string GroupSeparator
);

/// <summary>The declared type of one argument; tuples have one per element.</summary>
internal readonly record struct ArgumentShape(ArgumentType Type, ArgumentType[]? Tuple)
{
    public ArgumentType ElementType(int index) => Tuple is { Length: > 0 } ? Tuple[index % Tuple.Length] : Type;
}

/// <summary>
/// An SQL statement with places for arguments. When no place takes a list, its text is fixed and made once; otherwise the texts of
/// the last list sizes are kept, so that a connection sees the same string, and finds its prepared statement, again.
/// </summary>
internal sealed class SqlTemplate
{
    /// <summary>PostgreSQL counts parameters in 16 bits.</summary>
    public const int MaxParameters = 65_535;

    /// <summary>What Prisma allows per statement on PostgreSQL before it splits; half of what fits, as its engines always did.</summary>
    public const int MaxChunkParameters = 32_766;

    private const int KeptTexts = 16;
    private const int MaxKeptTextLength = 64 * 1024;

    private readonly Fragment[] fragments;
    private readonly Expression[] arguments;
    private readonly ArgumentShape[] shapes;
    private readonly string placeholderPrefix;
    private readonly bool hasNumbering;
    private readonly bool chunkable;
    private readonly string? fixedText;
    private readonly SqlParameter?[] literals;
    private readonly KeptText?[]? kept;

    public SqlTemplate(
        Fragment[] fragments,
        Expression[] arguments,
        ArgumentShape[] shapes,
        string prefix,
        bool hasNumbering,
        bool chunkable
    )
    {
        this.fragments = fragments;
        this.arguments = arguments;
        this.shapes = shapes;
        placeholderPrefix = prefix;
        this.hasNumbering = hasNumbering;
        this.chunkable = chunkable;
        if (fragments.All(f => f.Kind is FragmentKind.Text or FragmentKind.Parameter))
        {
            fixedText = RenderText([]);
        }
        else if (fragments.Count(f => f.Kind is FragmentKind.Tuple or FragmentKind.TupleList) == 1)
        {
            kept = new KeptText?[KeptTexts];
        }

        literals =
        [
            .. arguments.Select((a, i) => a is LiteralExpression l ? ParameterText.Encode(l.Value, shapes[i].Type) : (SqlParameter?)null),
        ];
    }

    /// <summary>The statements for this run: one, or several when the template may be split and must be.</summary>
    public IReadOnlyList<SqlStatement> Render(PlanRun run)
    {
        if (fixedText is not null)
        {
            return [new SqlStatement(Commented(fixedText, run), FixedParameters(run))];
        }

        var values = new PlanValue[arguments.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = arguments[i].Evaluate(run);
        }

        var parts = TemplateArguments.Pair(fragments, values);
        var chunks = chunkable ? Chunking.Split(parts, MaxChunkParameters) : [parts];
        var statements = new SqlStatement[chunks.Count];
        for (var i = 0; i < statements.Length; i++)
        {
            statements[i] = Render(chunks[i], run);
        }

        return statements;
    }

    private SqlParameter[] FixedParameters(PlanRun run)
    {
        // A template has one place per argument; what a raw statement has in excess goes along as well.
        var parameters = new SqlParameter[arguments.Length];
        RequireCount(parameters.Length);
        for (var i = 0; i < parameters.Length; i++)
        {
            parameters[i] = literals[i] ?? ParameterText.Encode(arguments[i].Evaluate(run), shapes[i].Type);
        }

        return parameters;
    }

    private SqlStatement Render(TemplateArgument[] parts, PlanRun run)
    {
        var count = parts.Sum(p => p.Count);
        RequireCount(count);
        var parameters = new SqlParameter[count];
        var at = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            if (shapes[i].Tuple is { Length: > 0 } tuple && parts[i].Count % tuple.Length != 0)
            {
                throw PlanFailure.Plain(
                    "Malformed query template. Expected the number of parameters to match the tuple arity, "
                        + $"but got {parts[i].Count} parameters for a tuple of arity {tuple.Length}."
                );
            }

            var index = 0;
            foreach (var value in parts[i].Values)
            {
                parameters[at++] = ParameterText.Encode(value, shapes[i].ElementType(index++));
            }
        }

        return new SqlStatement(Commented(Text(parts), run), parameters);
    }

    public IReadOnlyList<Expression> Arguments => arguments;

    /// <summary>The text for people: where a list stands, the dots mean any number.</summary>
    public override string ToString()
    {
        var number = 1;
        return string.Concat(
            fragments.Select(f =>
                f.Kind switch
                {
                    FragmentKind.Text => f.Text,
                    FragmentKind.Parameter => $"${number++}",
                    _ => $"{f.ItemPrefix}${number++}…{f.ItemSuffix}",
                }
            )
        );
    }

    private string Text(TemplateArgument[] parts)
    {
        if (kept is null)
        {
            return RenderText(parts);
        }

        var list = parts.First(p => p.Kind is FragmentKind.Tuple or FragmentKind.TupleList);
        var key = (list.Count, list.Groups);
        // Lists of neighbouring lengths never drive each other out.
        ref var slot = ref kept[(list.Kind == FragmentKind.Tuple ? list.Count : list.Groups) % KeptTexts];
        if (slot is { } found && found.Key == key && list.IsUniform)
        {
            return found.Text;
        }

        var text = RenderText(parts);
        if (list.IsUniform && text.Length <= MaxKeptTextLength)
        {
            slot = new KeptText(key, text);
        }

        return text;
    }

    private string RenderText(TemplateArgument[] parts)
    {
        var sql = new StringBuilder();
        int next = 0,
            number = 1;
        foreach (var fragment in fragments)
        {
            switch (fragment.Kind)
            {
                case FragmentKind.Text:
                    sql.Append(fragment.Text);
                    break;
                case FragmentKind.Parameter:
                    Placeholder(sql, number++);
                    next++;
                    break;
                case FragmentKind.Tuple:
                    number = AppendTuple(sql, fragment, parts[next++].Count, number);
                    break;
                default:
                    number = AppendTupleList(sql, fragment, parts[next++], number);
                    break;
            }
        }

        return sql.ToString();
    }

    private int AppendTuple(StringBuilder sql, Fragment fragment, int count, int number)
    {
        if (count == 0)
        {
            sql.Append("(NULL)");
            return number;
        }

        sql.Append('(');
        for (var i = 0; i < count; i++)
        {
            sql.Append(i > 0 ? fragment.ItemSeparator : string.Empty).Append(fragment.ItemPrefix);
            Placeholder(sql, number++);
            sql.Append(fragment.ItemSuffix);
        }

        sql.Append(')');
        return number;
    }

    private int AppendTupleList(StringBuilder sql, Fragment fragment, TemplateArgument list, int number)
    {
        for (var g = 0; g < list.Groups; g++)
        {
            sql.Append(g > 0 ? fragment.GroupSeparator : string.Empty).Append(fragment.ItemPrefix);
            for (var i = 0; i < list.GroupSize(g); i++)
            {
                sql.Append(i > 0 ? fragment.ItemSeparator : string.Empty);
                Placeholder(sql, number++);
            }

            sql.Append(fragment.ItemSuffix);
        }

        return number;
    }

    private void Placeholder(StringBuilder sql, int number)
    {
        sql.Append(placeholderPrefix);
        if (hasNumbering)
        {
            sql.Append(CultureInfo.InvariantCulture, $"{number}");
        }
    }

    private static string Commented(string sql, PlanRun run) => run.SqlComment is { } comment ? $"{sql} {comment}" : sql;

    private static void RequireCount(int count)
    {
        if (count > MaxParameters)
        {
            throw PlanFailure.TooManyParameters();
        }
    }

    private sealed record KeptText((int, int) Key, string Text);
}
