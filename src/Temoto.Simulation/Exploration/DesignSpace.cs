using Temoto.Plans;
using Temoto.Simulation.Costing;

namespace Temoto.Simulation.Exploration;

/// <summary>Designs of our core for a model on a device: which fit, how fast each is, which are worth a look, which is best.</summary>
internal static class DesignSpace
{
    /// <param name="template">A board of our core: its memory, its processor and its power.</param>
    /// <exception cref="InputException">Another board, or no design that fits, or none within the power budget.</exception>
    public static Exploration Explore(SimulatedModel model, Board template, DeviceResources device, UnitCosts costs, ExplorationSettings settings)
    {
        if (model.IsPicture)
            throw new InputException(model.Name, null, "a model that looks at pictures", "one that generates tokens", "explore with a language model");
        var all = DesignChoices.All(settings.Weights ?? CoreParameters.Of(template).Weights);
        var shape = CoreShape.Of(model.Graph, settings.CacheTokens);
        var sized = all.Select(parameters => (Parameters: parameters, Use: costs.Of(parameters, shape, device.All))).ToList();
        var fitting = sized.Where(item => item.Use.Fits(device.All)).ToList();
        if (fitting.Count == 0)
            throw NoneFits(device, sized.MinBy(item => item.Use.Scarcest(device.All).Share).Use);
        var designs = fitting.GroupBy(item => (item.Parameters.Lanes, item.Parameters.BufferBytes)).SelectMany(Simulate).ToList();
        var best = BestDesign.Of(designs, settings.PowerBudgetWatts);
        return new Exploration(
            model.Name,
            template.Name,
            device,
            settings,
            all.Count,
            Dropped(sized.Select(item => item.Use), device.All),
            designs,
            ParetoFront.Of(designs),
            best,
            BestDesign.Reason(best, designs.Count, device, settings),
            Limit(best));

        IEnumerable<ExploredDesign> Simulate(IEnumerable<(CoreParameters Parameters, ResourceUse Use)> group)
        {
            var items = group.ToList();
            var accounts = new DesignAccounts(model, CoreBoard.Of(template, items[0].Parameters with { Ports = DesignChoices.Ports.Max() }), settings);
            return items.Select(item => Design(item.Parameters, item.Use, accounts));
        }

        ExploredDesign Design(CoreParameters parameters, ResourceUse use, DesignAccounts accounts)
        {
            var board = CoreBoard.Of(template, parameters);
            var portsAreNarrower = parameters.PortBytesPerSecond < CoreBoard.PeakBytesPerSecond(template);
            var shares = use.Shares(device.All).ToDictionary(item => item.Name, item => item.Share);
            return new ExploredDesign(
                parameters,
                use,
                shares["LUT"] + shares["DSP"],
                shares["BRAM36"] + shares["URAM"],
                ExploredPhase.Of(accounts.Decode(board), portsAreNarrower),
                ExploredPhase.Of(accounts.Prefill(board), portsAreNarrower));
        }

        string Limit(ExploredDesign design)
        {
            var binding = $"decode is bound by {design.Decode.BoundBy}, prefill by {design.Prefill.BoundBy}";
            if (DesignChoices.LanesAbove(design.Parameters.Lanes) is not { } lanes)
                return $"{binding}; more lanes were not tried";
            var (name, share) = costs.Of(design.Parameters with { Lanes = lanes }, shape, device.All).Scarcest(device.All);
            return FormattableString.Invariant($"{binding}; {lanes} lanes {(share > 1 ? "would need" : "would fit, with")} {share:0 %} of {name}");
        }
    }

    private static List<DroppedDesigns> Dropped(IEnumerable<ResourceUse> uses, ResourceUse device) =>
    [
        .. uses.Where(use => !use.Fits(device)).GroupBy(use => use.Scarcest(device).Name).Select(group => new DroppedDesigns(group.Key, group.Count()))
            .OrderByDescending(dropped => dropped.Count).ThenBy(dropped => dropped.Resource, StringComparer.Ordinal),
    ];

    private static InputException NoneFits(DeviceResources device, ResourceUse smallest)
    {
        var (name, share) = smallest.Scarcest(device.All);
        return new InputException(device.Name, null, FormattableString.Invariant($"{share:0 %} of its {name} taken by the smallest design"), "a device that takes at least one design", "choose a larger device");
    }
}
