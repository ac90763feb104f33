pragma circom 2.2.0;

include "../generated/constants.circom";
include "bits.circom";
include "inner-product.circom";

// The rows of an asset and of its debt, each as a polynomial in gamma (the asset's without its cap column).
//
// Inputs
//   coefficients[5]        value, maintenance and initial of the asset, maintenance and initial of the debt: money units
//                          (10^-12 quote) per unit of the row, a negative one as r - |c|. The value's range: here,
//                          [0, 2^96): with a negative price Theorem 2 is false. The others' range: the linter
//   maintenance, initial   gamma and gamma^2, the weights of columns 1 and 2
// Outputs
//   asset, debt            T of the two rows; column 0 of the debt is minus the asset's, whatever the policy says
// Cost                     100
template AssetRows() {
    signal input coefficients[5];
    signal input maintenance;
    signal input initial;
    signal output asset;
    signal output debt;

    _ <== Bits(COEFFICIENT_BITS())(coefficients[0]);

    signal ownedMargins <== InnerProduct(2)([coefficients[1], coefficients[2]], [maintenance, initial]);
    signal owedMargins <== InnerProduct(2)([coefficients[3], coefficients[4]], [maintenance, initial]);
    asset <== coefficients[0] + ownedMargins;
    debt <== -coefficients[0] + owedMargins;
}
