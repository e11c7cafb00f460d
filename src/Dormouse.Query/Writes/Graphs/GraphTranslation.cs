using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Writes.Checks;

namespace Dormouse.Query.Writes.Graphs;

/// <summary>
/// From a finished graph to plan nodes. A step becomes a let binding around the steps that depend on it; a step that depends on several
/// stands behind the last of them. The steps that lead to the answer come last.
/// </summary>
internal sealed class GraphTranslation
{
    private readonly WriteGraph graph;
    private readonly StepCompiler steps;
    private readonly CompileContext context;
    private readonly HashSet<GraphNode> visited = [];
    private readonly HashSet<GraphNode> leadsToResult = [];
    private readonly Dictionary<GraphNode, ScopeName> slots = [];
    private int resultsBuilt;

    private GraphTranslation(WriteGraph graph, CompileContext context)
    {
        this.graph = graph;
        this.context = context;
        steps = new StepCompiler(context);
        foreach (var result in graph.Results)
        {
            MarkWaysTo(result);
        }
    }

    /// <returns>A node that yields what the result step yields, or the last step where none is one.</returns>
    public static PlanNode Translate(WriteGraph graph, CompileContext context)
    {
        GraphOrder.Finish(graph);
        var translation = new GraphTranslation(graph, context);
        var roots = graph.Nodes.Where(node => node.Incoming.Count == 0).ToArray();
        return Sequence([.. roots.Select(translation.Build)]);
    }

    private void MarkWaysTo(GraphNode result)
    {
        var open = new Stack<GraphNode>([result]);
        while (open.TryPop(out var node))
        {
            if (leadsToResult.Add(node))
            {
                node.Incoming.ForEach(edge => open.Push(edge.From));
            }
        }
    }

    private PlanNode Build(GraphNode node)
    {
        visited.Add(node);
        if (graph.Results.Contains(node))
        {
            resultsBuilt++;
        }

        return node is BranchStep branch ? BuildBranch(branch) : BuildStep(node);
    }

    private PlanNode BuildStep(GraphNode node)
    {
        var followers = BuildFollowers(DirectFollowers(node));
        var step = WithChecks(node, inputs => steps.Compile(node, inputs));
        if (followers.Count == 0)
        {
            return step;
        }

        if (graph.Results.Contains(node))
        {
            followers.Add(new GetNode(SlotOf(node)));
        }

        return new LetNode([(SlotOf(node).Slot, step)], Sequence(followers));
    }

    private PlanNode BuildBranch(BranchStep branch)
    {
        var followers = DirectFollowers(branch);
        var then = followers.First(edge => edge.Link.Kind == EdgeKind.Then);
        var otherwise = followers.FirstOrDefault(edge => edge.Link.Kind == EdgeKind.Else);
        var thenNode = Build(then.To);
        var elseNode = otherwise is null ? new UnitNode() : Build(otherwise.To);
        var others = BuildFollowers([.. followers.Where(edge => edge.Link.Kind is not (EdgeKind.Then or EdgeKind.Else))]);
        return WithChecks(
            branch,
            inputs =>
            {
                var node = new IfNode(new GetNode(inputs.Condition ?? throw Broken(branch)), branch.Rule, thenNode, elseNode);
                return others.Count == 0 ? node : new LetNode([(SlotOf(branch).Slot, node)], Sequence(others));
            }
        );
    }

    /// <summary>The steps that can run now: all that they depend on has run.</summary>
    private List<GraphEdge> DirectFollowers(GraphNode node) => [.. node.OutgoingInOrder.Where(edge => edge.To.Incoming.TrueForAll(HasRun))];

    private bool HasRun(GraphEdge edge) => !edge.IsTaken && visited.Contains(edge.From);

    private List<PlanNode> BuildFollowers(List<GraphEdge> followers)
    {
        // Two edges between the same steps are one step to be run.
        var targets = followers.Select(edge => edge.To).Distinct().ToArray();
        var built = targets.Where(target => !leadsToResult.Contains(target)).Select(Build).ToList();
        // The engine takes them out of its list from the end, and so the last of them runs first.
        var results = targets.Where(leadsToResult.Contains).Reverse().ToArray();
        if (results.Length > 0)
        {
            built.Add(BuildResults(results));
        }

        return built;
    }

    /// <summary>Of several ways to the answer all are gone; where they lead to different steps, the one that ran answers.</summary>
    private PlanNode BuildResults(GraphNode[] targets)
    {
        var ways = targets.Select(BuildWay).ToArray();
        // A step that only has to run before the answer is on the way to it, but has no answer of its own.
        if (!Array.Exists(ways[..^1], way => way.Answers))
        {
            return Sequence([.. ways.Select(way => way.Node)]);
        }

        var answers = ways.Where(way => way.Answers).Select(way => way.Name).ToArray();
        PlanNode answer = answers.Length == 1 ? new GetNode(answers[0]) : new GetFirstNonEmptyNode(answers);
        return new LetNode([.. ways.Select(way => (way.Name.Slot, way.Node))], answer);
    }

    private (ScopeName Name, PlanNode Node, bool Answers) BuildWay(GraphNode target)
    {
        var before = resultsBuilt;
        var node = Build(target);
        return (context.NewSlot("answer"), node, resultsBuilt > before);
    }

    /// <summary>The step with the checks of what it depends on before it.</summary>
    private PlanNode WithChecks(GraphNode node, Func<StepInputs, PlanNode> compile)
    {
        var checks = new List<PlanNode>();
        var inputs = new StepInputs();
        foreach (var edge in node.IncomingInOrder)
        {
            edge.IsTaken = true;
            if (edge.Link.Kind != EdgeKind.Data)
            {
                continue;
            }

            var records = SlotOf(edge.From);
            if (edge.Link.Expectation is { } expectation)
            {
                checks.Add(new ExpectNode(records, expectation));
            }

            inputs.Add(edge.Link, records);
        }

        checks.Add(compile(inputs));
        return Sequence(checks);
    }

    private ScopeName SlotOf(GraphNode node)
    {
        if (!slots.TryGetValue(node, out var slot))
        {
            slots[node] = slot = context.NewSlot(node.GetType().Name);
        }

        return slot;
    }

    private static PlanNode Sequence(List<PlanNode> nodes) => nodes.Count == 1 ? nodes[0] : new SequenceNode([.. nodes]);

    private static InvalidOperationException Broken(GraphNode node) => new($"A {node.GetType().Name} lacks an edge that it needs.");
}
